// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/error.hpp"

namespace shaman::program {

/// Where root runs this program: goes on as the user that the folder belongs to, with that user's
/// groups, so that what is tried is what a server may do. Returns what was done in a sentence;
/// empty where nothing was: not root, no such folder, or root's own. Before other threads are
/// started. errc::io_error.
[[nodiscard]] result<std::string> become_owner_of(const std::string& folder);

/// Where root runs a server: errc::not_a_store, naming both users, where `servers_folder` in the
/// storage belongs to another user, who could not use the files that root would leave there. Tries
/// it with a file, which it removes: on some file systems everything belongs to one user.
[[nodiscard]] result<void> check_owned_by_user(const std::string& storage,
                                               const std::string& servers_folder);

}  // namespace shaman::program
