// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "bench/figures/quantity.hpp"

namespace shaman::bench {

enum class Better : std::uint8_t { higher, lower };

/// The target of a figure.
struct Target {
  enum class Of : std::uint8_t {
    limit,   ///< `value` is a multiple of the limit
    figure,  ///< `value` is in the figure's own unit
  };
  Of of = Of::limit;
  double value = 0;
};

/// One line of the report: the measurement, and its comparison.
struct Metric {
  std::string_view id;     ///< in JSON, and in other metrics' `limits`
  std::string_view label;  ///< for people
  Unit unit = Unit::count;
  Better better = Better::higher;
  /// Metrics of the same unit; the one that allows least in this run is the limit.
  std::vector<std::string_view> limits = {};
  std::optional<Target> target = std::nullopt;
};

}  // namespace shaman::bench
