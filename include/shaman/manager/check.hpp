// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/manager/manager.hpp"

namespace shaman::manager {

/// How this server and a Manager work together (docs/managers.md).
enum class Position : std::uint8_t {
  front,   ///< this server gets all requests, and forwards the Manager's
  beside,  ///< another proxy sends each its requests
};

/// The result of one check: a sentence that says what is so and, if it is wrong, what to change.
struct Finding {
  bool is_wrong = false;
  std::string text;
  bool is_untried = false;  ///< it could not be checked, and nothing is known to be wrong
};

/// Reads a Manager's configuration, and reports settings that do not match a store of its files at
/// `storage` (absolute; empty: the storage is not compared). Tries whether both see the same
/// storage, and whether the Manager may erase checkouts in it: this process makes a folder, and the
/// Manager is asked to write into it. Findings are about the Manager's settings; if the Manager
/// cannot be queried, that is an error, as of Manager's calls.
[[nodiscard]] result<std::vector<Finding>> check_manager(Manager& manager,
                                                         const std::string& storage,
                                                         Position position);

}  // namespace shaman::manager
