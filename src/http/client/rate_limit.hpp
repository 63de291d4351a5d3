// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace shaman::client {

/// Limits the rate of all connections together: a bucket with the bytes of one second, so that a
/// busy machine makes up for sending late. Thread-safe.
class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;

  /// At most so many bytes a second, at least 1.
  explicit RateLimit(std::uint64_t bytes_per_second)
      : rate_(static_cast<double>(std::max<std::uint64_t>(bytes_per_second, 1))) {}

  [[nodiscard]] double bytes_per_second() const noexcept { return rate_; }

  /// How much to send at once, so that a low rate gives a slow stream, not bursts with pauses in
  /// which a server takes the sender for dead.
  [[nodiscard]] std::size_t piece(std::size_t most) const noexcept {
    constexpr double kLeast = 1024;
    constexpr double kPiecesPerSecond = 8;
    return static_cast<std::size_t>(
        std::clamp(rate_ / kPiecesPerSecond, kLeast, static_cast<double>(most)));
  }

  /// Books these bytes, and returns when they may be sent: a time that is not after `now` means at
  /// once. Bytes that were not sent in time are made up for, up to one second's worth.
  [[nodiscard]] Clock::time_point book(std::size_t bytes, Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    next_ = has_begun_ ? std::max(next_, now - kBucket) : now;
    has_begun_ = true;
    const Clock::time_point when = next_;
    next_ += std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(static_cast<double>(bytes) / rate_));
    return when;
  }

 private:
  static constexpr std::chrono::seconds kBucket{1};

  const double rate_;
  std::mutex mutex_;
  bool has_begun_ = false;
  Clock::time_point next_{};
};

}  // namespace shaman::client
