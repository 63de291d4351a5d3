// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/fs.hpp"

namespace shaman {

/// The name of a new link that identifies a checkout: a random number after
/// path_rules::kIdentityPrefix. The link leads to the manifest, so it needs no blob of its own. It
/// is part of the checkout, so every copy of the storage has it.
[[nodiscard]] std::string new_identity_link(fs::FileSystem& file_system);

/// FoundCheckout::identity of the checkout in this folder. The manifest identifies a checkout that
/// an older server made without such a link; empty if it has neither. Blocks; lists the folder.
[[nodiscard]] fs::result<std::string> identity_of(fs::FileSystem& file_system,
                                                  const fs::Folder& checkout);

}  // namespace shaman
