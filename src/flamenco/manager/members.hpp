// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <utility>

#include <nlohmann/json.hpp>

#include "shaman/error.hpp"

#include "base/json_members.hpp"

namespace shaman::manager {

/// A member that is true.
[[nodiscard]] inline bool flag_of(const nlohmann::json& object, const char* name) {
  return flag_member(object, name).value_or(false);
}

/// JSON converts from almost everything, so that a result must be told that it is one.
[[nodiscard]] inline result<nlohmann::json> success(nlohmann::json value) {
  return result<nlohmann::json>(boost::system::in_place_value, std::move(value));
}

}  // namespace shaman::manager
