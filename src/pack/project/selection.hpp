// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "shaman/pack/plan.hpp"
#include "shaman/trace/trace.hpp"

#include "pack/plan/permission.hpp"
#include "pack/plan/ways.hpp"
#include "pack/project/project.hpp"

namespace shaman::pack {

/// A reference with those of its files that will be packed.
struct Selected {
  trace::Dependency dependency;
  /// The file of a library whose data-blocks are in the .blend: not packed, but its path defines
  /// `//` for them.
  bool only_a_base = false;
};

struct Selection {
  std::vector<Selected> references;
  std::vector<std::string> blends;  ///< absolute paths of the .blend files to pack, each way
  std::vector<Suspicious> suspicious;
  std::vector<trace::AbsoluteName> absolute_names;
  std::vector<std::string> warnings;
  std::vector<std::string> unused_exclude;  ///< patterns of PlanOptions::exclude without a match
};

/// The part of a trace that goes into the pack: without files that are excluded, that may not leave
/// the machine, or that only left-out libraries need.
[[nodiscard]] Selection select(const trace::Trace& trace, const PlanOptions& options,
                               Permission& permission, Project& project, const Ways& ways,
                               const std::string& home);

}  // namespace shaman::pack
