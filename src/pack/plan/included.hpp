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

/// Files that the user names, but no .blend.
struct Included {
  std::vector<Selected> references;  ///< one for each pattern that matches a file
  std::vector<trace::MissingFile> missing;
  std::vector<Suspicious> suspicious;  ///< files that look private and are not named themselves
  std::vector<std::string> warnings;   ///< sentences: patterns that match only excluded files
  std::vector<std::string> unused_exclude;  ///< patterns of PlanOptions::exclude without a match
};

/// Finds the files that PlanOptions::include names. A folder stands for every file below it
/// (following links) that is neither hidden nor excluded; a pattern stands for the files that match
/// it. Files that `permission` denies are not taken, unless a secret is named itself.
/// errc::limit_exceeded if there are more than a million files.
[[nodiscard]] result<Included> find_included(const trace::Trace& trace, const PlanOptions& options,
                                             Permission& permission, Project& project);

}  // namespace shaman::pack
