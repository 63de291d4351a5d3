// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "shaman/client/preview.hpp"

namespace shaman::tools {

/// The one line of `submit --dry-run --json`; docs/schemas/ describes it.
[[nodiscard]] nlohmann::json preview_json(const client::Preview& preview);
/// For a person: what may surprise first, then what would go and how much of it the farm has.
/// `job` is the job that would be made, as manager::Submission::summary() has it; empty: none.
[[nodiscard]] std::string preview_text(const client::Preview& preview, const std::string& job);
/// The first part of it: what would be missing or left out.
[[nodiscard]] std::string preview_complaints(const client::Preview& preview);

}  // namespace shaman::tools
