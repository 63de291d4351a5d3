// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "shaman/client/preview.hpp"

#include "report/scene_warnings.hpp"

namespace shaman::tools {

/// The one line of `submit --dry-run --json`; docs/schemas/ describes it.
[[nodiscard]] nlohmann::json preview_json(const client::Preview& preview);
/// For a person: first the surprises, then the files to upload and how many of them the farm has.
/// `job` is manager::Submission::summary() of the job that would be made; empty: none.
[[nodiscard]] std::string preview_text(const client::Preview& preview, const std::string& job);
[[nodiscard]] SceneWarnings warnings_of(const client::Preview& preview);
/// The first part of it: files that would be missing or left out.
[[nodiscard]] std::string preview_warnings(const client::Preview& preview);

}  // namespace shaman::tools
