// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/manager/manager.hpp"

namespace shaman::manager {

/// The deployment: how the server stands to the Manager (docs/managers.md).
enum class Position : std::uint8_t {
  front,   ///< reverse proxy: this server gets all requests, and forwards the Manager's
  beside,  ///< side by side: another proxy sends Shaman's calls here, and all others to the Manager
};

/// The result of one check: a sentence that states a fact and, if it is wrong, what to change.
struct Finding {
  bool is_wrong = false;
  std::string text;
  bool is_untried = false;  ///< the check was impossible, and found no fault
};

/// Reads a Manager's configuration, and reports settings that do not match the storage folder
/// `storage` (absolute; empty: skips the comparison of the storages). Tests whether both see the
/// same storage, and whether the Manager may erase checkouts in it: makes a folder, and asks the
/// Manager to write into it. Fails only if the Manager cannot be queried, with the errors of class
/// Manager. Blocks.
[[nodiscard]] result<std::vector<Finding>> check_manager(Manager& manager,
                                                         const std::string& storage,
                                                         Position position);

}  // namespace shaman::manager
