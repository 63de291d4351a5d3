// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"

namespace shaman::pull {

/// Reads the answer that carries many files (docs/protocol.md): for each requested one, in order, a
/// line and the content. Gives only contents that match their checksums.
class ContentReader {
 public:
  struct Callbacks {
    /// A file is whole and right. An error ends the reading.
    std::function<result<void>(const BlobId& id, std::span<const std::byte> content)> is_whole;
    /// The server does not have it, or cannot read it.
    std::function<result<void>(const BlobId& id)> is_missing;
  };

  ContentReader(std::vector<BlobId> expected, Callbacks callbacks);

  /// errc::protocol_error: not what was requested; errc::content_mismatch; the errors of the
  /// callbacks.
  [[nodiscard]] result<void> write(std::span<const std::byte> piece);
  /// How many files of the list have come, or are missing.
  [[nodiscard]] std::size_t done() const noexcept { return next_; }
  [[nodiscard]] bool is_over() const noexcept { return next_ == expected_.size(); }

 private:
  [[nodiscard]] result<void> take_line();
  [[nodiscard]] result<void> take_content(std::span<const std::byte> content);

  const std::vector<BlobId> expected_;
  const Callbacks callbacks_;
  std::size_t next_ = 0;
  bool is_in_content_ = false;
  std::string line_;
  std::vector<std::byte> content_;
};

}  // namespace shaman::pull
