// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "shaman/manager/job_type.hpp"

namespace shaman::manager {

/// A value as the user typed it. errc::malformed_request says what would be right: the text is not
/// of the setting's type, or not a range of frames.
[[nodiscard]] result<nlohmann::json> read_value(const Setting& setting, const std::string& given);

/// What is wrong with a value of the right type, outside the setting's choices or its range; empty:
/// nothing.
[[nodiscard]] std::string limits_exceeded(const Setting& setting, const nlohmann::json& value);

/// `"color", "size"` without the quotes, as they can be shown.
[[nodiscard]] std::string joined(const std::vector<std::string>& names);

/// What to say of a setting that the type does not have: the nearest one, or all there are.
[[nodiscard]] std::string unknown_setting(const JobType& type, const std::string& key);

}  // namespace shaman::manager
