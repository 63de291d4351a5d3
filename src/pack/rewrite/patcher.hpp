// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "shaman/error.hpp"
#include "shaman/pack/rewrite.hpp"

namespace shaman::pack {

/// Puts patches into the uncompressed bytes of a .blend as they pass by. One thread.
class Patcher {
 public:
  /// `patches` must outlive the object; `path` is for messages.
  Patcher(std::span<const Patch> patches, std::string path)
      : patches_(patches), path_(std::move(path)) {}

  /// errc::invalid_argument when patches overlap, are not sorted, or do not fit into their fields.
  [[nodiscard]] result<void> check() const;

  /// Whether a patch changes a byte of [begin, end). Call it with ranges in rising order.
  [[nodiscard]] bool touches(std::uint64_t begin, std::uint64_t end) noexcept;
  [[nodiscard]] bool done(std::uint64_t offset) noexcept;

  /// Changes the bytes at `offset`. Give pieces in rising order; only bytes that no patch touches
  /// may be left out. errc::changed_while_read if a field does not contain the expected bytes.
  [[nodiscard]] result<void> apply(std::uint64_t offset, std::span<std::byte> piece);

  /// errc::changed_while_read if a patch is beyond the end.
  [[nodiscard]] result<void> finish(std::uint64_t size) const;

 private:
  void forget_before(std::uint64_t offset) noexcept;

  std::span<const Patch> patches_;
  std::string path_;
};

}  // namespace shaman::pack
