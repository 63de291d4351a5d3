// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

namespace shaman::client {

/// How fast the line to a server is: the bytes that all connections sent, over the time in which at
/// least one of them waited for its socket. Where something else limits (a core, a disk, answers),
/// sockets are seldom waited for, and the line seems fast, which is what matters. Thread-safe.
class LineMeter {
 public:
  using Clock = std::chrono::steady_clock;

  /// Until enough was sent: the server is far away, so the line is probably slow.
  void assume_far() {
    const std::lock_guard lock(mutex_);
    is_far_ = true;
  }

  void moved(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    bytes_ += static_cast<double>(bytes);
  }
  void begin_waiting(Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    if (waiting_++ == 0) since_ = now;
  }
  void end_waiting(Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    if (--waiting_ > 0) return;
    waited_ += now - since_;
    // What is old counts less.
    if (waited_ < kRemembered) return;
    waited_ /= 2;
    bytes_ /= 2;
  }

  /// Bytes a second; none if it is not what limits, or not known.
  [[nodiscard]] std::optional<double> bytes_per_second(Clock::time_point now) const {
    const std::lock_guard lock(mutex_);
    const Clock::duration waited = waiting_ > 0 ? waited_ + (now - since_) : waited_;
    if (waited >= kEnough) return bytes_ / std::chrono::duration<double>(waited).count();
    if (bytes_ < kEnoughBytes && is_far_) return kOfFar;
    return std::nullopt;
  }

 private:
  static constexpr std::chrono::seconds kRemembered{8};
  static constexpr std::chrono::milliseconds kEnough{200};
  static constexpr double kEnoughBytes = 16e6;
  static constexpr double kOfFar = 10e6;

  mutable std::mutex mutex_;
  bool is_far_ = false;
  double bytes_ = 0;
  unsigned waiting_ = 0;  // connections
  Clock::time_point since_{};
  Clock::duration waited_{0};
};

}  // namespace shaman::client
