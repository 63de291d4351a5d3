// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "async/task.hpp"

namespace shaman::http {

/// Limits warnings that any request could cause: each is logged at most once an hour, and only a
/// few different ones. Thread-safe.
class RareWarnings {
 public:
  static constexpr std::chrono::hours kPause{1};
  static constexpr std::size_t kMost = 64;

  [[nodiscard]] bool is_due(std::string_view what, Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    std::erase_if(given_, [now](const auto& each) { return now - each.second >= kPause; });
    if (given_.size() >= kMost || given_.contains(what)) return false;
    given_.emplace(what, now);
    return true;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Clock::time_point, std::less<>> given_;
};

}  // namespace shaman::http
