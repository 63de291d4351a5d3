// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "async/task.hpp"
#include "server/exchange.hpp"

/// The common steps of plain and resumable uploads.
namespace shaman::http {

/// Shared with the piece of work that runs on the pool, so that it outlives any failure of the
/// coroutine.
using SharedUpload = std::shared_ptr<Upload>;

/// Waits until the blob's claim may be free. The socket is not read meanwhile, which stops the
/// client.
[[nodiscard]] Task<> wait_for_claim(Exchange& exchange, const BlobId& id);

/// The answer to a client whose upload was not begun; nothing once it is worth another attempt.
[[nodiscard]] Task<std::optional<Response>> answer_or_wait(Exchange& exchange, const BlobId& id,
                                                           const BeginResult& begun);

/// The answer to a file that is over the limit.
[[nodiscard]] std::optional<Response> refuse_too_large(const Exchange& exchange, const BlobId& id);

/// Receives the body into the upload, except its first `skip` bytes: until the body's end, until
/// the upload is superseded, or until a failure. Returns the upload's error; the body's is in its
/// failure().
[[nodiscard]] Task<result<void>> receive_body(Exchange& exchange, const SharedUpload& upload,
                                              std::uint64_t skip = 0);

/// Stores the received bytes; on return they are on disk.
[[nodiscard]] Task<result<void>> commit_upload(Exchange& exchange, const SharedUpload& upload);

/// Destroys it on the pool for its disk work.
[[nodiscard]] Task<> drop_upload(Exchange& exchange, const SharedUpload& upload);

/// The answer if the body failed; the log says how much of the file had arrived.
[[nodiscard]] Response response_to_cut_upload(Exchange& exchange, const Upload& upload);

/// For the log: the client was gone while it waited.
[[nodiscard]] Response client_is_gone();

}  // namespace shaman::http
