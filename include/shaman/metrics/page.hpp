// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shaman/distribution.hpp"

namespace shaman::metrics {

/// Names and values. Values have few variants: no paths, no principals, nothing that clients
/// choose.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// A figure from any arithmetic type: an amount, or 1 for true.
template <class Number>
[[nodiscard]] constexpr double number(Number value) noexcept {
  return static_cast<double>(value);
}

/// The figures of one moment, as Prometheus reads them (text format 0.0.4). A name may be given
/// several times with different labels; its first help text counts. For one thread.
class Page {
 public:
  Page();
  ~Page();
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  /// What only grows while the process lives; the name ends with `_total`.
  void counter(std::string_view name, std::string_view help, double value, Labels labels = {});
  void gauge(std::string_view name, std::string_view help, double value, Labels labels = {});
  /// A histogram: `_bucket` (cumulative), `_sum` and `_count`.
  void distribution(std::string_view name, std::string_view help,
                    const Distribution::Snapshot& values, Labels labels = {});

  [[nodiscard]] std::string text() const;

  /// The Content-Type of text().
  static constexpr std::string_view kType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman::metrics
