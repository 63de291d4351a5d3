// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "shaman/manager/job_type.hpp"

namespace shaman::manager {

/// The value that Blender would compute for the Python expression of a setting. `settings` has the
/// values known so far. Nothing if the expression is of another kind than those in use, or needs
/// more than the .blend and `settings`.
[[nodiscard]] std::optional<nlohmann::json> evaluate(const std::string& expression,
                                                     const SettingsSource& source,
                                                     const nlohmann::json& settings);

}  // namespace shaman::manager
