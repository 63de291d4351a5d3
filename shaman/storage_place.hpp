// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/error.hpp"

/// What shows about a storage from outside, before it is opened. Changes nothing.
namespace shaman::program {

/// In a storage: what the server keeps for itself.
inline constexpr const char* kServersFolder = ".shaman";

/// errc::not_a_store, naming the outer storage, where the folder is within another storage, or
/// would be made in one. `storage` is absolute; links in it are followed.
[[nodiscard]] result<void> check_outermost(const std::string& storage);

/// Whether there is nothing yet of a storage, not even of another kind of server, so that a start
/// makes one. False also where this user may not look.
[[nodiscard]] bool is_new_storage(const std::string& storage);

}  // namespace shaman::program
