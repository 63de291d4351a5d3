// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/fs.hpp"

namespace shaman {

/// errc::not_a_store, in words that say what to do, where no server was ever started on the folder.
/// Changes nothing. Blocks.
[[nodiscard]] result<void> check_is_storage(fs::FileSystem& file_system, const std::string& path);

/// Tries as the user of this process what a server does in the storage at `path`.
/// errc::not_a_store, in words that say what to do, where uploads or checkouts would fail; else
/// what works and may surprise, a sentence each. Leaves nothing behind. Blocks.
[[nodiscard]] result<std::vector<std::string>> check_storage_access(fs::FileSystem& file_system,
                                                                    const std::string& path);

}  // namespace shaman
