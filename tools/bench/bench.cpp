// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/bench.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <string>

#include "bench/benches.hpp"

namespace shaman::bench {
namespace {

bool measures_any_of(const Bench& bench, const std::set<std::string_view>& metrics) {
  return std::any_of(bench.metrics.begin(), bench.metrics.end(),
                     [&](const Metric& metric) { return metrics.contains(metric.id); });
}

}  // namespace

std::span<const Bench* const> all_benches() {
  static const std::array kAll{&kUnknownFilesEmpty,  // first: it needs an empty store
                               &kSha256,
                               &kLoopback,
                               &kLargeWrite,
                               &kLargeUploads,
                               &kSameFile,
                               &kSmallFiles,
                               &kSmallUploads,
                               &kBatchUploads,
                               &kManyUploads,
                               &kEcho,
                               &kStatus,
                               &kMarks,
                               &kKnownFiles,
                               &kUnknownFilesFull,
                               &kLinks,
                               &kCheckouts,
                               &kBusyServer};
  return kAll;
}

std::vector<const Bench*> select_benches(std::span<const Bench* const> all,
                                         std::span<const std::string> names) {
  std::set<std::string_view> wanted;
  std::set<std::string_view> limits;
  for (const Bench* bench : all) {
    if (!names.empty() && std::find(names.begin(), names.end(), bench->name) == names.end())
      continue;
    wanted.insert(bench->name);
    for (const Metric& metric : bench->metrics)
      limits.insert(metric.limits.begin(), metric.limits.end());
  }
  for (const std::string& name : names) {
    if (!wanted.contains(name)) throw std::invalid_argument("there is no bench " + name);
  }
  std::vector<const Bench*> selected;
  std::copy_if(all.begin(), all.end(), std::back_inserter(selected), [&](const Bench* bench) {
    return wanted.contains(bench->name) ||
           (bench->kind == Bench::Kind::limit && measures_any_of(*bench, limits));
  });
  return selected;
}

}  // namespace shaman::bench
