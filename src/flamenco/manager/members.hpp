// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <utility>

#include <nlohmann/json.hpp>

#include "shaman/error.hpp"

#include "base/json_members.hpp"

namespace shaman::manager {

/// Whether the object has this member, and it is true.
[[nodiscard]] inline bool flag_of(const nlohmann::json& object, const char* name) {
  return flag_member(object, name).value_or(false);
}

/// A success with this value. nlohmann::json converts from almost every type, so `return value`
/// would be ambiguous.
[[nodiscard]] inline result<nlohmann::json> success(nlohmann::json value) {
  return result<nlohmann::json>(boost::system::in_place_value, std::move(value));
}

}  // namespace shaman::manager
