// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace shaman::http {

/// Notes for the server's admin that are found while it runs, a sentence each. Thread-safe.
class Remarks {
 public:
  void set(std::vector<std::string> remarks) {
    const std::lock_guard lock(mutex_);
    remarks_ = std::move(remarks);
  }
  [[nodiscard]] std::vector<std::string> get() const {
    const std::lock_guard lock(mutex_);
    return remarks_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> remarks_;
};

}  // namespace shaman::http
