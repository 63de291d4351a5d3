// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>

#include "async/task.hpp"
#include "server/exchange.hpp"

/// What uploads in one go and those that can be resumed have in common.
namespace shaman::http {

/// Shared with the piece of work that runs on the pool, so that it outlives whatever goes wrong in
/// the coroutine.
using SharedUpload = std::shared_ptr<Upload>;

/// Waits until the blob's claim may be free. The socket is left unread meanwhile, which holds the
/// client back.
[[nodiscard]] Task<> wait_for_claim(Exchange& exchange, const BlobId& id);

/// Receives the body into the upload, but for its first `skip` bytes: until the body's end, until
/// the upload is superseded or until something goes wrong. What the upload says is returned; what
/// the body suffered is in its failure().
[[nodiscard]] Task<result<void>> receive_body(Exchange& exchange, const SharedUpload& upload,
                                              std::uint64_t skip = 0);

/// Stores what was received; on return it is on disk.
[[nodiscard]] Task<result<void>> commit_upload(Exchange& exchange, const SharedUpload& upload);

/// Drops it where its work for the disk belongs.
[[nodiscard]] Task<> drop_upload(Exchange& exchange, const SharedUpload& upload);

/// For the log: the client was gone while it waited.
[[nodiscard]] Response client_is_gone();

}  // namespace shaman::http
