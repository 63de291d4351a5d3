// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "shaman/pack/plan.hpp"
#include "shaman/trace/trace.hpp"

namespace shaman::pack {

/// What a scene needs and a pack of it will not have, or not as it should be; `--strict` asks for
/// none of it.
struct Shortfall {
  std::vector<trace::MissingFile> missing;  ///< not there or not readable; sorted by path
  std::vector<trace::Problem> damaged;      ///< libraries that cannot be read: their files are lost
  std::vector<Suspicious> left_out;         ///< private; sorted by file
  std::vector<trace::AbsoluteName> absolute_names;  ///< whose targets workers may not have

  [[nodiscard]] bool is_none() const {
    return missing.empty() && damaged.empty() && left_out.empty() && absolute_names.empty();
  }
};

/// Of a trace and the plan that was made of it with these options. Nobody misses what is excluded.
[[nodiscard]] Shortfall shortfall_of(const trace::Trace& trace, const Plan& plan,
                                     const PlanOptions& options);

}  // namespace shaman::pack
