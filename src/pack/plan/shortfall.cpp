// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/pack/shortfall.hpp"

#include <algorithm>

#include "pack/project/glob.hpp"

namespace shaman::pack {

Shortfall shortfall_of(const trace::Trace& trace, const Plan& plan, const PlanOptions& options) {
  Globs excluded(options.exclude, bases_of_patterns(trace, plan.project));
  Shortfall found{trace.missing_files(), trace.problems, plan.suspicious, plan.absolute_names};
  std::erase_if(found.missing,
                [&](const trace::MissingFile& file) { return excluded.match(file.path); });
  std::erase_if(found.damaged,
                [&](const trace::Problem& problem) { return excluded.match(problem.blend); });
  found.missing.insert(found.missing.end(), plan.missing.begin(), plan.missing.end());
  std::ranges::stable_sort(found.missing, {}, &trace::MissingFile::path);
  return found;
}

}  // namespace shaman::pack
