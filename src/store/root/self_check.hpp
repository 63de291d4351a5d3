// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/fs.hpp"
#include "shaman/storage_access.hpp"
#include "shaman/store.hpp"

#include "store/root/root.hpp"

namespace shaman {

/// Tries what a server does in its storage, as the user that it is: makes, renames, links and
/// erases in `jobs` and `file-store/stored`, and looks whether it may do so in what is there
/// already. errc::not_a_store where uploads or checkouts would fail. Returns what works and may
/// still surprise, a sentence each. Removes what earlier tries left. Blocks.
[[nodiscard]] result<std::vector<std::string>> check_access(fs::FileSystem& file_system,
                                                            const StorageRoot& root,
                                                            const std::string& path,
                                                            const StoreLimits& limits,
                                                            JudgedBy judged_by);

}  // namespace shaman
