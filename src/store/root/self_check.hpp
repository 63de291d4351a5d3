// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/fs.hpp"
#include "shaman/store.hpp"

#include "store/root/root.hpp"

namespace shaman {

/// By what is judged with which rights folders are made: this process, or what servers that run
/// on the storage have made, as the umask of a shell is not that of a service.
enum class JudgedBy : std::uint8_t { this_process, running_servers };

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
