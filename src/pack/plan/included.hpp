// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/pack/plan.hpp"
#include "shaman/trace/trace.hpp"

#include "pack/plan/permission.hpp"
#include "pack/project/project.hpp"
#include "pack/project/selection.hpp"

namespace shaman::pack {

/// Files that no .blend names, but the user does.
struct Included {
  std::vector<Selected> references;  ///< one for each pattern that matches something
  std::vector<trace::MissingFile> missing;
  std::vector<Suspicious> suspicious;       ///< what looks private and is not named itself
  std::vector<std::string> warnings;        ///< sentences: what matches nothing but excluded files
  std::vector<std::string> unused_exclude;  ///< patterns of PlanOptions::exclude without a match
};

/// Looks for what PlanOptions::include names. A folder gives every file below it, links followed,
/// but no hidden ones and nothing that is excluded; a pattern gives the files that match it. What
/// `permission` holds back is not taken, but a secret that is named itself is.
/// errc::limit_exceeded when that is more than a million files.
[[nodiscard]] result<Included> find_included(const trace::Trace& trace, const PlanOptions& options,
                                             Permission& permission, Project& project);

}  // namespace shaman::pack
