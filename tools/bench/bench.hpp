// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "bench/figures/metric.hpp"
#include "bench/figures/report.hpp"

namespace shaman::bench {

class Context;

/// An error that makes a bench's figures worthless: a wrong answer, a refused request.
class BenchFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One measurement. Each has its own file that defines one of these, and a line in all_benches().
struct Bench {
  enum class Kind : std::uint8_t {
    limit,  ///< of this machine, without the server
    part,   ///< of the server's work
  };
  std::string_view name;  ///< for --only
  Kind kind;
  std::string_view help;
  std::vector<Metric> metrics;  ///< all that run() may record
  /// Measures once and records; called once in each round. Its input (content, digests, files) is
  /// made outside of the timed part. Throws BenchFailed, std::system_error.
  void (*run)(Context& context, Samples& samples);
};

/// In the order in which they run: each limit before the first part to compare with it.
[[nodiscard]] std::span<const Bench* const> all_benches();

/// The benches of these names (all if none are given) and the limits to compare them with, in the
/// order of all_benches(). std::invalid_argument names one that does not exist.
[[nodiscard]] std::vector<const Bench*> select_benches(std::span<const Bench* const> all,
                                                       std::span<const std::string> names);

}  // namespace shaman::bench
