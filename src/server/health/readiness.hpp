// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/store_health.hpp"

namespace shaman::http {

/// One thing that a server needs to do its work.
struct ReadinessCheck {
  std::string_view name;
  bool is_good = true;
  std::string message;  ///< a sentence for everybody: names no path, user or address
  std::string detail;   ///< for admins; may be empty
};

/// What readiness is judged by.
struct ReadinessFacts {
  StoreHealth store;
  std::optional<std::string> manager;  ///< see ManagerState
  bool is_stopping = false;
};

/// All checks, the failed ones too, in an order that never changes.
[[nodiscard]] std::vector<ReadinessCheck> check_readiness(const ReadinessFacts& facts);

[[nodiscard]] bool is_ready(const std::vector<ReadinessCheck>& checks);

/// `{"state": …, "checks": […]}`, with details only if asked for.
[[nodiscard]] std::string readiness_json(const std::vector<ReadinessCheck>& checks,
                                         bool has_details);

}  // namespace shaman::http
