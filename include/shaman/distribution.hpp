// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace shaman {

/// How often values of some magnitude occurred, for example durations in seconds. Adding one costs
/// three atomic additions and no lock. All members may be called from any thread.
class Distribution {
 public:
  static constexpr std::size_t kMostBounds = 16;

  /// `bounds`: ascending, at most kMostBounds; must outlive it. A value belongs to the first bound
  /// that is not below it, or to none.
  explicit Distribution(std::span<const double> bounds) noexcept : bounds_(bounds) {}

  void add(double value) noexcept {
    std::size_t i = 0;
    while (i < bounds_.size() && value > bounds_[i])
      ++i;
    counts_[i].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
  }

  struct Snapshot {
    std::span<const double> bounds;
    std::vector<std::uint64_t> counts;  ///< for each bound, and those above the last one
    double sum = 0;
    [[nodiscard]] std::uint64_t total() const noexcept {
      std::uint64_t total = 0;
      for (const std::uint64_t count : counts)
        total += count;
      return total;
    }
  };
  /// Values that are being added may be in the counts and not yet in the sum.
  [[nodiscard]] Snapshot snapshot() const {
    Snapshot snapshot{.bounds = bounds_, .counts = {}, .sum = sum_.load(std::memory_order_relaxed)};
    for (std::size_t i = 0; i <= bounds_.size(); ++i)
      snapshot.counts.push_back(counts_[i].load(std::memory_order_relaxed));
    return snapshot;
  }

 private:
  const std::span<const double> bounds_;
  std::array<std::atomic<std::uint64_t>, kMostBounds + 1> counts_{};
  std::atomic<double> sum_{0};
};

}  // namespace shaman
