// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "shaman/manager/job_type.hpp"

namespace shaman::manager {

/// Parses a value that a user typed. errc::invalid_argument says which values are allowed: the
/// text does not match the type of the setting, or is not a range of frames.
[[nodiscard]] result<nlohmann::json> read_value(const Setting& setting, const std::string& given);

/// The complaint about a value of the right type that is not among the choices of the setting or
/// outside of its range; empty if the value is allowed.
[[nodiscard]] std::string limits_exceeded(const Setting& setting, const nlohmann::json& value);

/// `color, size`, printable.
[[nodiscard]] std::string joined(const std::vector<std::string>& names);

/// The complaint about a setting that the type does not have. It suggests the most similar one, or
/// lists all.
[[nodiscard]] std::string unknown_setting(const JobType& type, const std::string& key);

}  // namespace shaman::manager
