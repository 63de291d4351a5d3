// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/metrics/page.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <map>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace shaman::metrics {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

struct Page::Impl {
  ClientMetric& add(std::string_view name, std::string_view help, MetricType type, Labels labels) {
    const auto [place, is_new] = places.try_emplace(std::string(name), families.size());
    if (is_new) {
      MetricFamily& family = families.emplace_back();
      family.name = name;
      family.help = help;
      family.type = type;
    }
    ClientMetric& metric = families[place->second].metric.emplace_back();
    for (auto& [label, value] : labels)
      metric.label.push_back({std::move(label), std::move(value)});
    return metric;
  }

  std::vector<MetricFamily> families;  // in the order in which they were first named
  std::map<std::string, std::size_t, std::less<>> places;
};

Page::Page() : impl_(std::make_unique<Impl>()) {}
Page::~Page() = default;

void Page::counter(std::string_view name, std::string_view help, double value, Labels labels) {
  impl_->add(name, help, MetricType::Counter, std::move(labels)).counter.value = value;
}

void Page::gauge(std::string_view name, std::string_view help, double value, Labels labels) {
  impl_->add(name, help, MetricType::Gauge, std::move(labels)).gauge.value = value;
}

void Page::distribution(std::string_view name, std::string_view help,
                        const Distribution::Snapshot& values, Labels labels) {
  auto& histogram = impl_->add(name, help, MetricType::Histogram, std::move(labels)).histogram;
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < values.bounds.size(); ++i)
    histogram.bucket.push_back({so_far += values.counts[i], values.bounds[i]});
  histogram.sample_count = so_far + values.counts.back();
  histogram.bucket.push_back({histogram.sample_count, std::numeric_limits<double>::infinity()});
  histogram.sample_sum = values.sum;
}

std::string Page::text() const {
  return prometheus::TextSerializer().Serialize(impl_->families);
}

}  // namespace shaman::metrics
