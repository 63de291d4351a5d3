// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace shaman::blend {

/// An unsigned number of 1 to 8 bytes. The caller has checked their number.
[[nodiscard]] inline std::uint64_t read_unsigned(std::span<const std::byte> bytes,
                                                 bool big_endian) noexcept {
  std::uint64_t value = 0;
  // Nearly every number: a pointer of today's files.
  if (bytes.size() == sizeof value && !big_endian && std::endian::native == std::endian::little) {
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::size_t at = big_endian ? i : bytes.size() - 1 - i;
    value = value << 8 | std::to_integer<std::uint64_t>(bytes[at]);
  }
  return value;
}

[[nodiscard]] inline std::int64_t read_signed(std::span<const std::byte> bytes,
                                              bool big_endian) noexcept {
  const std::uint64_t value = read_unsigned(bytes, big_endian);
  const unsigned unused = 64 - 8 * static_cast<unsigned>(bytes.size());
  return static_cast<std::int64_t>(value << unused) >> unused;
}

}  // namespace shaman::blend
