// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/manager/manager.hpp"

namespace shaman::manager {

/// How this server and a Manager work together (docs/managers.md).
enum class Position : std::uint8_t {
  front,   ///< this server is asked, and passes on what is the Manager's
  beside,  ///< something else sends each its part
};

/// One thing that was looked at: in a sentence what is so, and where it is wrong, what to change.
struct Finding {
  bool is_wrong = false;
  std::string text;
  bool is_untried = false;  ///< nothing is known to be wrong, and it could not be tried
};

/// Reads a Manager's configuration, and says what does not fit to a store of its files at `storage`
/// (absolute; empty: the storage is not compared). Whether both see the same storage, and whether
/// the Manager may erase checkouts in it, is tried: the Manager is asked to write into a folder
/// made for that, by the user of this process. Only what was found wrong with the
/// Manager is a finding; that it cannot be asked is an error, as of Manager's calls.
[[nodiscard]] result<std::vector<Finding>> check_manager(Manager& manager,
                                                         const std::string& storage,
                                                         Position position);

}  // namespace shaman::manager
