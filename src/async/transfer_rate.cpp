// SPDX-License-Identifier: GPL-3.0-or-later
#include "async/transfer_rate.hpp"

namespace shaman::http {

void TransferRate::waited(Duration time) {
  waited_ += time;
  if (waited_ < window_) return;
  const double seconds = std::chrono::duration<double>(waited_).count();
  if (static_cast<double>(bytes_) < static_cast<double>(bytes_per_second_) * seconds)
    is_too_slow_ = true;
  waited_ = {};
  bytes_ = 0;
}

}  // namespace shaman::http
