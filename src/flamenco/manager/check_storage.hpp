// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/manager/check.hpp"
#include "shaman/manager/manager.hpp"

namespace shaman::manager {

/// Checks whether the Manager's storage `its` is the same folder as `storage`, and whether the
/// Manager may change what this process makes there. Tries both: makes a folder as for a checkout,
/// and asks the Manager to write into it. Blocks.
[[nodiscard]] Finding look_at_storage(Manager& manager, const std::string& its,
                                      const std::string& storage);

}  // namespace shaman::manager
