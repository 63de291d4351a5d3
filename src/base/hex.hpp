// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

namespace shaman {

/// The value of a hexadecimal digit of either case; negative for anything else. A table, because
/// requests name hundreds of thousands of digests.
[[nodiscard]] inline int hex_value(char digit) noexcept {
  static constexpr auto kValues = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::int8_t i = 0; i < 10; ++i)
      values[static_cast<std::size_t>('0' + i)] = i;
    for (std::int8_t i = 0; i < 6; ++i) {
      values[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(10 + i);
      values[static_cast<std::size_t>('A' + i)] = static_cast<std::int8_t>(10 + i);
    }
    return values;
  }();
  return kValues[static_cast<unsigned char>(digit)];
}

}  // namespace shaman
