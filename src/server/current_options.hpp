// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "shaman/http/server.hpp"

namespace shaman::http {

/// The options in force: an immutable snapshot, which may be swapped between two requests.
/// Thread-safe.
class CurrentOptions {
 public:
  explicit CurrentOptions(ServerOptions options)
      : options_(std::make_shared<const ServerOptions>(std::move(options))) {}

  [[nodiscard]] std::shared_ptr<const ServerOptions> get() const {
    const std::lock_guard lock(mutex_);
    return options_;
  }
  void set(ServerOptions options) {
    auto next = std::make_shared<const ServerOptions>(std::move(options));
    const std::lock_guard lock(mutex_);
    options_.swap(next);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const ServerOptions> options_;
};

}  // namespace shaman::http
