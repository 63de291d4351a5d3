// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"
#include "shaman/file_list.hpp"

#include "http/client/backoff.hpp"
#include "http/client/http_message.hpp"

namespace shaman::client {

struct UploadPolicy {
  Backoff backoff;
  /// Broken connections and 5xx in a row before an upload gives up; with the default back-off half
  /// a minute, in which a server can restart.
  unsigned max_failures = 8;
  /// While another client sends the same blob.
  Backoff deferral{std::chrono::milliseconds(250), std::chrono::milliseconds(5'000)};
  /// How often to leave the blob to the other client; then it is sent regardless.
  unsigned max_deferrals = 10;
  unsigned max_changes = 3;  ///< of the file, seen while it is sent
};

/// What to do next with one file.
struct UploadAction {
  enum class Kind : std::uint8_t {
    send,           ///< send the file (again), after `delay`
    finished,       ///< the server has it from this client
    already_there,  ///< the server has it from another client
    ask_later,      ///< request the blob's status after `delay`; send other files meanwhile
    rehash,         ///< read the file again, then call on_rehashed()
    leave_out,      ///< an empty file, which this server cannot store
    give_up,        ///< with `error`
  };
  Kind kind{};
  std::chrono::milliseconds delay{};
  Error error;
};

/// Decides the steps of one file's upload; does none itself and uses no socket. One thread at a
/// time.
class UploadFsm {
 public:
  /// `name` is the file's name for the user.
  UploadFsm(const UploadPolicy& policy, Jitter jitter, std::string_view name, const BlobId& id);

  /// The value for X-Shaman-Can-Defer-Upload.
  [[nodiscard]] bool can_defer() const noexcept;
  /// Whether to let the server judge the head of the request first (Expect).
  [[nodiscard]] bool may_expect() const noexcept { return may_expect_; }

  /// The server answered an upload.
  [[nodiscard]] UploadAction on_answer(const HttpResponse& answer);
  /// The upload ended without an answer.
  [[nodiscard]] UploadAction on_error(const Error& error);
  /// The server answered with the blob's status, after ask_later.
  [[nodiscard]] UploadAction on_status(BlobStatus status);
  /// The server holds more of the file than before, so the attempts make progress.
  void on_progress() noexcept { failures_ = 0; }
  /// The file was read again.
  [[nodiscard]] UploadAction on_rehashed(const BlobId& now);

 private:
  [[nodiscard]] UploadAction fail_for_now(const Error& error, std::chrono::milliseconds at_least);
  [[nodiscard]] UploadAction on_mismatch(const HttpResponse& answer);
  [[nodiscard]] UploadAction defer();

  UploadPolicy policy_;
  Jitter jitter_;
  std::string name_;
  BlobId id_;
  unsigned failures_ = 0;
  unsigned deferrals_ = 0;
  unsigned changes_ = 0;
  unsigned mismatches_ = 0;
  unsigned read_failures_ = 0;
  bool may_expect_ = true;
};

}  // namespace shaman::client
