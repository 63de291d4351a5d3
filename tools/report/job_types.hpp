// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "shaman/manager/job_type.hpp"

/// Output of `shaman job types`: what a user may give with --setting.
namespace shaman::tools {

/// The type's name, and a line for each setting.
[[nodiscard]] std::string job_type_text(const manager::JobType& type);
/// The same for --json.
[[nodiscard]] nlohmann::json job_type_json(const manager::JobType& type);

}  // namespace shaman::tools
