// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "shaman/pack/plan.hpp"

namespace shaman::pack {

/// If no project was named and files are outside the .blend's own folder: a sentence that names a
/// folder above it that looks like the project. That is the nearest one with a mark (`.git`,
/// `.shaman-project`, …, or one of `marks`) that contains some of these files, else the nearest
/// that contains most of them. Never a root, the user's folder, or a folder above it. Empty if
/// there is none.
[[nodiscard]] std::string project_hint(const Plan& plan, const std::string& blendfile,
                                       const std::string& home,
                                       const std::vector<std::string>& marks = {});

}  // namespace shaman::pack
