// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "shaman/manager/job_type.hpp"

namespace shaman::manager {

/// What a setting's Python expression would give in Blender, for the expressions that are in use
/// and whose answer is in the .blend. `settings` has what is known so far.
[[nodiscard]] std::optional<nlohmann::json> evaluate(const std::string& expression,
                                                     const SettingsSource& source,
                                                     const nlohmann::json& settings);

}  // namespace shaman::manager
