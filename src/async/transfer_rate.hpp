// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>

namespace shaman::http {

/// Whether the other side moves enough bytes. Counts only the time that was spent waiting for it,
/// so that a slow disk of the server never counts against a client. Sans-I/O.
class TransferRate {
 public:
  using Duration = std::chrono::steady_clock::duration;

  /// At least `bytes_per_second` on the average of each `window` of waiting; 0: never too slow.
  TransferRate(std::uint64_t bytes_per_second, Duration window)
      : bytes_per_second_(bytes_per_second), window_(window) {}

  void waited(Duration time);
  void moved(std::uint64_t bytes) noexcept { bytes_ += bytes; }
  [[nodiscard]] bool is_too_slow() const noexcept { return is_too_slow_; }

 private:
  std::uint64_t bytes_per_second_;
  Duration window_;
  Duration waited_{};
  std::uint64_t bytes_ = 0;
  bool is_too_slow_ = false;
};

}  // namespace shaman::http
