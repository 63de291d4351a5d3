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

/// Tries what a server does in its storage, as its user: makes, renames, links and erases in `jobs`
/// and `file-store/stored`, and checks whether it may do so in existing folders. errc::not_a_store
/// if uploads or checkouts would fail. Returns a sentence for each thing that works but may
/// surprise. Removes the remains of earlier trials. Blocks.
[[nodiscard]] result<std::vector<std::string>> check_access(fs::FileSystem& file_system,
                                                            const StorageRoot& root,
                                                            const std::string& path,
                                                            const StoreLimits& limits,
                                                            JudgedBy judged_by);

}  // namespace shaman
