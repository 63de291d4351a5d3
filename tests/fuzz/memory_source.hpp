// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#include "shaman/blend/byte_source.hpp"

namespace shaman::fuzz {

/// A file that is only in memory.
class MemorySource final : public blend::ByteSource {
 public:
  explicit MemorySource(std::span<const std::uint8_t> bytes)
      : ByteSource("fuzzed.blend"), bytes_(bytes) {}

  result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    if (offset >= bytes_.size()) return std::size_t{0};
    const auto from = bytes_.subspan(static_cast<std::size_t>(offset));
    const std::size_t count = std::min(into.size(), from.size());
    if (count > 0) std::memcpy(into.data(), from.data(), count);
    return count;
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return bytes_.size(); }
  [[nodiscard]] blend::Compression compression() const noexcept override {
    return blend::Compression::none;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

}  // namespace shaman::fuzz
