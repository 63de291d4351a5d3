// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "shaman/pack/plan.hpp"
#include "shaman/trace/trace.hpp"

namespace shaman::pack {

/// Files that a scene needs but that its pack will not have, or not in the right state; `--strict`
/// forbids any.
struct Shortfall {
  std::vector<trace::MissingFile> missing;  ///< not there or not readable; sorted by path
  std::vector<trace::Problem> damaged;      ///< unreadable libraries: their files are unknown
  std::vector<Suspicious> left_out;         ///< private; sorted by file
  std::vector<trace::AbsoluteName> absolute_names;  ///< whose targets workers may not have

  [[nodiscard]] bool is_none() const {
    return missing.empty() && damaged.empty() && left_out.empty() && absolute_names.empty();
  }
};

/// The shortfall of a trace and of the plan that was made of it with these options. Excluded files
/// do not count.
[[nodiscard]] Shortfall shortfall_of(const trace::Trace& trace, const Plan& plan,
                                     const PlanOptions& options);

}  // namespace shaman::pack
