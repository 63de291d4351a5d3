// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/error.hpp"

namespace shaman::program {

/// If root runs this program: continues as the owner of the folder, with that user's groups, so
/// that trials use the server's rights. Keeps root's right to the share of the disk that its file
/// system reserves for root, and nothing else of root. Returns a sentence about it; empty if
/// nothing was done: not root, no such folder, or root's own. Call it before starting threads.
/// errc::io_error.
[[nodiscard]] result<std::string> become_owner_of(const std::string& folder);

/// Takes over the umask of the storage's servers, as far as a folder shows it that one of them has
/// made: folders of this program's, such as `jobs/.kept`, get the rights that a server's get.
/// Without one the rights of `jobs` count. Call it before starting threads.
void take_umask_of_servers(const std::string& storage, const std::string& servers_folder);

/// If root runs a server: errc::not_a_store, naming both users, if `servers_folder` in the storage
/// belongs to another user, who could not use files that root leaves there. Tries it with a file,
/// which it removes: on some file systems everything belongs to one user.
[[nodiscard]] result<void> check_owned_by_user(const std::string& storage,
                                               const std::string& servers_folder);

}  // namespace shaman::program
