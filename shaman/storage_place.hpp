// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/error.hpp"

/// Checks of a storage from outside, before it is opened. They change nothing.
namespace shaman::program {

/// In a storage: the server's private folder.
inline constexpr const char* kServersFolder = ".shaman";

/// errc::not_a_store, naming the outer storage, if the folder is within another storage, or would
/// be made in one. `storage` is absolute; links in it are followed.
[[nodiscard]] result<void> check_outermost(const std::string& storage);

/// errc::invalid_argument if files may not be ingested from the folder, because it is a storage or
/// within one. `folder` is absolute; links in it are followed.
[[nodiscard]] result<void> check_ingest_folder(const std::string& folder);

/// Whether no part of a storage exists yet, not even from another kind of server, so that a start
/// makes one. False also if this user has no access.
[[nodiscard]] bool is_new_storage(const std::string& storage);

}  // namespace shaman::program
