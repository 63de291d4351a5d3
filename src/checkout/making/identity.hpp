// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/fs.hpp"

namespace shaman {

/// The name of the link that makes a checkout tell itself from all others: a random number behind
/// path_rules::kIdentityPrefix. It leads to the manifest, so it needs no blob of its own, and it
/// survives whatever copies the checkout: a backup, another server.
[[nodiscard]] std::string new_identity_link(fs::FileSystem& file_system);

/// FoundCheckout::identity of the checkout in this folder. One from before there were such links is
/// told by its manifest; empty where it has neither. Blocks; lists the folder.
[[nodiscard]] fs::result<std::string> identity_of(fs::FileSystem& file_system,
                                                  const fs::Folder& checkout);

}  // namespace shaman
