// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "shaman/store.hpp"

#include "protocol/delta.hpp"

namespace shaman::http {

/// Makes a file from a delta (docs/protocol.md) and its base, step by step, and writes it to an
/// upload. Uses no socket. One thread at a time; blocks on the disk.
class Assembly {
 public:
  Assembly(std::shared_ptr<Upload> upload, StoredBlob base)
      : upload_(std::move(upload)),
        base_(std::move(base)),
        decoder_(upload_->id().size, base_.id().size) {}

  /// Makes the next bytes of the file, and removes what it used from the front of `input`. Returns
  /// their number: at most kStepBytes, 0 if it needs more input. The errors of DeltaDecoder, of
  /// Upload::write(), and of the base.
  [[nodiscard]] result<std::uint64_t> step(std::span<const std::byte>& input);
  /// Whether step() can go on without input.
  [[nodiscard]] bool has_range() const noexcept { return left_of_range_ > 0; }
  /// At the end of the input: the decoder's.
  [[nodiscard]] result<void> end() const { return decoder_.end(); }

  [[nodiscard]] const Upload& upload() const noexcept { return *upload_; }
  [[nodiscard]] const BlobId& base() const noexcept { return base_.id(); }
  [[nodiscard]] std::uint64_t copied() const noexcept { return decoder_.copied(); }
  /// The base could not be read, and why.
  [[nodiscard]] const std::optional<Error>& base_failure() const noexcept { return base_failure_; }

 private:
  [[nodiscard]] result<std::uint64_t> copy();

  std::shared_ptr<Upload> upload_;
  StoredBlob base_;
  protocol::DeltaDecoder decoder_;
  std::uint64_t offset_ = 0;  // of the rest of a range
  std::uint64_t left_of_range_ = 0;
  std::optional<Error> base_failure_;
};

}  // namespace shaman::http
