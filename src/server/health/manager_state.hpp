// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace shaman::http {

/// Whether the Manager answers, as far as known. Thread-safe.
class ManagerState {
 public:
  /// Empty: it answers; otherwise why it does not.
  void set(std::string problem) {
    const std::lock_guard lock(mutex_);
    problem_ = std::move(problem);
  }
  /// Nothing: there is no Manager, or it was not asked yet.
  [[nodiscard]] std::optional<std::string> get() const {
    const std::lock_guard lock(mutex_);
    return problem_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<std::string> problem_;
};

}  // namespace shaman::http
