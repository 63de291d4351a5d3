// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/fs.hpp"
#include "shaman/store.hpp"

namespace shaman {

/// errc::not_a_store, with a message that says what to do, if no server was ever started on the
/// folder. Changes nothing. Blocks.
[[nodiscard]] result<void> check_is_storage(fs::FileSystem& file_system, const std::string& path);

/// Shows with which rights folders are made: this process, or the folders that running servers have
/// made on the storage, because the umask of a shell is not that of a service.
enum class JudgedBy : std::uint8_t { this_process, running_servers };

/// Tries, as the user of this process, what a server does in the storage at `path`.
/// errc::not_a_store, with a message that says what to do, if uploads or checkouts would fail. Else
/// returns a sentence for each thing that works but may surprise, and for `limits` that have no
/// effect there. Leaves nothing behind, and leaves the storage's reserve alone: a full storage
/// cannot be tried, which is a sentence, too. errc::storage_full if it has no reserve. Blocks.
[[nodiscard]] result<std::vector<std::string>> check_storage_access(
    fs::FileSystem& file_system, const std::string& path, const StoreLimits& limits = {},
    JudgedBy judged_by = JudgedBy::running_servers);

}  // namespace shaman
