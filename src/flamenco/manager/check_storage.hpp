// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/manager/check.hpp"
#include "shaman/manager/manager.hpp"

namespace shaman::manager {

/// Whether the Manager's storage `its` is the one at `storage`, and whether the Manager may change
/// what this process makes there. Both are tried: a folder is made as a checkout's is, and the
/// Manager is asked to write into it. Blocks.
[[nodiscard]] Finding look_at_storage(Manager& manager, const std::string& its,
                                      const std::string& storage);

}  // namespace shaman::manager
