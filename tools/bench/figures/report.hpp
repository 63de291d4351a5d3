// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "bench/figures/metric.hpp"

namespace shaman::bench {

/// The figures of a run as they are measured, several for each metric if it is repeated.
class Samples {
 public:
  void add(std::string_view metric, double value);
  /// Empty if nothing was measured.
  [[nodiscard]] std::span<const double> of(std::string_view metric) const;

 private:
  std::map<std::string, std::vector<double>, std::less<>> values_;
};

/// One metric with its median and the result of its comparison.
struct Row {
  Metric metric;
  double value = 0;
  std::vector<double> samples;
  const Metric* limit = nullptr;  ///< the measured limit that allows least
  double limit_value = 0;
  std::optional<double> ratio;  ///< value / limit_value
  std::optional<bool> met;      ///< empty without a target, or if its limit was not measured
};

/// The rows of the measured metrics, in the order of `metrics`; limits are looked up in `all`,
/// which must outlive the rows.
[[nodiscard]] std::vector<Row> make_rows(std::span<const Metric> metrics,
                                         std::span<const Metric> all, const Samples& samples);

/// `≥ 0.90 × limit`, `≤ 60.0 ms`; empty without one.
[[nodiscard]] std::string describe_target(const Metric& metric);

/// Only figures: label and figure.
[[nodiscard]] std::string render_limits(std::span<const Row> rows);
/// Figures with limit, ratio, target and whether it is met.
[[nodiscard]] std::string render_parts(std::span<const Row> rows);

/// {"id", "label", "unit", "value", "samples"} and, if there are any, "limit", "limitValue",
/// "ratio", "target" {"of": "limit" | "figure", "value"}, "met".
[[nodiscard]] nlohmann::json to_json(const Row& row);

}  // namespace shaman::bench
