// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace shaman::bench {

/// The unit of a figure.
enum class Unit : std::uint8_t {
  bytes_per_second,
  per_second,
  seconds,
  bytes,
  times,  ///< a multiple of something that the figure's label names
  count,
};

/// The unit's name in JSON: `bytes/s`, `1/s`, `s`, `bytes`, `x`, `count`.
[[nodiscard]] std::string_view to_string(Unit unit) noexcept;

/// For people, with three or more significant digits: `0.83 GB/s`, `12.3 k/s`, `45.1 ms`, `96.4
/// MB`, `1.05 ×`, `3`. Decimal units. `-` for NaN.
[[nodiscard]] std::string format(double value, Unit unit);

}  // namespace shaman::bench
