// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/figures/report.hpp"

#include <algorithm>
#include <string>

#include <nlohmann/json.hpp>

#include "bench/figures/statistics.hpp"
#include "bench/figures/text_table.hpp"

namespace shaman::bench {
namespace {

void find_limit(Row& row, std::span<const Metric> all, const Samples& samples) {
  for (const std::string_view id : row.metric.limits) {
    const auto limit =
        std::find_if(all.begin(), all.end(), [&](const Metric& m) { return m.id == id; });
    const std::span<const double> taken = samples.of(id);
    if (limit == all.end() || taken.empty()) continue;
    const double value = median(taken);
    const bool allows_less =
        row.metric.better == Better::higher ? value < row.limit_value : value > row.limit_value;
    if (row.limit != nullptr && !allows_less) continue;
    row.limit = &*limit;
    row.limit_value = value;
  }
  if (row.limit != nullptr && row.limit_value != 0) row.ratio = row.value / row.limit_value;
}

void compare(Row& row) {
  if (!row.metric.target) return;
  const Target& target = *row.metric.target;
  if (target.of == Target::Of::limit && !row.ratio) return;
  const double reached = target.of == Target::Of::limit ? *row.ratio : row.value;
  row.met = row.metric.better == Better::higher ? reached >= target.value : reached <= target.value;
}

}  // namespace

void Samples::add(std::string_view metric, double value) {
  values_[std::string(metric)].push_back(value);
}

std::span<const double> Samples::of(std::string_view metric) const {
  const auto found = values_.find(metric);
  if (found == values_.end()) return {};
  return found->second;
}

std::vector<Row> make_rows(std::span<const Metric> metrics, std::span<const Metric> all,
                           const Samples& samples) {
  std::vector<Row> rows;
  for (const Metric& metric : metrics) {
    const std::span<const double> taken = samples.of(metric.id);
    if (taken.empty()) continue;
    Row row;
    row.metric = metric;
    row.value = median(taken);
    row.samples.assign(taken.begin(), taken.end());
    find_limit(row, all, samples);
    compare(row);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string describe_target(const Metric& metric) {
  if (!metric.target) return {};
  const std::string sign = metric.better == Better::higher ? "≥ " : "≤ ";
  if (metric.target->of == Target::Of::limit)
    return sign + format(metric.target->value, Unit::times) + " limit";
  return sign + format(metric.target->value, metric.unit);
}

std::string render_limits(std::span<const Row> rows) {
  TextTable table({"limit of this machine", "figure"});
  for (const Row& row : rows)
    table.add({std::string(row.metric.label), format(row.value, row.metric.unit)});
  return table.render();
}

std::string render_parts(std::span<const Row> rows) {
  TextTable table({"work", "figure", "limit", "its figure", "ratio", "target", "met"});
  for (const Row& row : rows) {
    std::vector<std::string> cells{std::string(row.metric.label),
                                   format(row.value, row.metric.unit)};
    cells.push_back(row.limit == nullptr ? "" : std::string(row.limit->label));
    cells.push_back(row.limit == nullptr ? "" : format(row.limit_value, row.metric.unit));
    cells.push_back(row.ratio ? format(*row.ratio, Unit::times) : "");
    cells.push_back(describe_target(row.metric));
    cells.push_back(row.met ? (*row.met ? "yes" : "NO") : "");
    table.add(std::move(cells));
  }
  return table.render();
}

nlohmann::json to_json(const Row& row) {
  nlohmann::json json{{"id", row.metric.id},
                      {"label", row.metric.label},
                      {"unit", to_string(row.metric.unit)},
                      {"value", row.value},
                      {"samples", row.samples}};
  if (row.limit != nullptr) {
    json["limit"] = row.limit->id;
    json["limitValue"] = row.limit_value;
  }
  if (row.ratio) json["ratio"] = *row.ratio;
  if (row.metric.target) {
    const bool of_limit = row.metric.target->of == Target::Of::limit;
    json["target"] = {{"of", of_limit ? "limit" : "figure"}, {"value", row.metric.target->value}};
  }
  if (row.met) json["met"] = *row.met;
  return json;
}

}  // namespace shaman::bench
