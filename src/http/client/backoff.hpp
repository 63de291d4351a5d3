// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <random>

namespace shaman::client {

/// A number in [0, 1); tests give a known one.
using Jitter = std::function<double()>;

/// Random jitter. Thread-safe.
[[nodiscard]] inline double random_share() {
  static thread_local std::mt19937_64 engine(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

/// The longest Retry-After that is honoured; after this the client retries.
inline constexpr std::chrono::seconds kLongestRetryAfter{60};

/// How long to wait before a retry: doubles up to a bound, less a random half, so that many clients
/// that lost the same server do not return in step.
struct Backoff {
  std::chrono::milliseconds first{250};
  std::chrono::milliseconds longest{10'000};

  /// `failures`: how many there were, from 1.
  [[nodiscard]] std::chrono::milliseconds delay(unsigned failures, double random) const {
    const unsigned doublings = std::min(failures - 1, 20U);
    const auto whole = std::min<std::chrono::milliseconds>(first * (1 << doublings), longest);
    return std::chrono::milliseconds(
        static_cast<std::int64_t>(static_cast<double>(whole.count()) * (1.0 - random / 2)));
  }
};

}  // namespace shaman::client
