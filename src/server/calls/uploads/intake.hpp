// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "shaman/store.hpp"

#include "protocol/ingest.hpp"

namespace shaman::http {

/// Copies a file that is not in the storage into an upload, step by step, and computes the
/// client's proof from the copy: what is judged is what is stored. Uses no socket. One thread at a
/// time; blocks on the disk.
class Intake {
 public:
  Intake(std::shared_ptr<Upload> upload, OutsideFile file,
         const protocol::IngestChallenge& challenge)
      : upload_(std::move(upload)), file_(std::move(file)), proof_(challenge) {}

  /// Copies and hashes the next bytes, and returns their number: at most kStepBytes, 0 at the end.
  /// The errors of Upload::write() and clone(), and errc::changed_while_read or errc::io_error of
  /// the file, which is_of_file() tells apart.
  [[nodiscard]] result<std::uint64_t> step();

  [[nodiscard]] Upload& upload() const noexcept { return *upload_; }
  [[nodiscard]] bool has_ended() const noexcept {
    return upload_->received() == upload_->id().size;
  }
  /// The last error came from reading the file.
  [[nodiscard]] bool is_of_file() const noexcept { return is_of_file_; }
  /// The copy shares the file's blocks; known after the first step.
  [[nodiscard]] bool is_clone() const noexcept { return is_clone_.value_or(false); }
  /// Once, at the end.
  [[nodiscard]] Digest proof() { return proof_.finish(); }

 private:
  [[nodiscard]] result<void> take(std::span<std::byte> piece);

  std::shared_ptr<Upload> upload_;
  OutsideFile file_;
  protocol::IngestProof proof_;
  std::optional<bool> is_clone_;
  bool is_of_file_ = false;
};

}  // namespace shaman::http
