// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "shaman/checkout.hpp"
#include "shaman/manager/manager.hpp"

namespace shaman::jobs {

/// By checkout, the ids of the jobs that use it: that name it, or whose settings or metadata lead
/// into it (`{jobs}/film/shot1/a.blend`, or any path through a folder `jobs`), as Blender 5.1 and
/// later names none. Rather one too many.
[[nodiscard]] std::map<std::string, std::set<std::string>> users_of(
    const std::vector<FoundCheckout>& checkouts, const std::vector<manager::Job>& jobs);

}  // namespace shaman::jobs
