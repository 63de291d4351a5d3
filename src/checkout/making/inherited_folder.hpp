// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "shaman/fs.hpp"

#include "store/interior.hpp"

namespace shaman {

/// Makes the folder `name` in `staging`, with the group, the set-group bit and the access list of a
/// folder made at `path` below the jobs folder. Its content inherits them
/// (docs/design/0007-checkouts-inherit-from-their-parent.md). Blocks.
[[nodiscard]] fs::result<void> make_inherited_folder(const StoreInterior& store,
                                                     std::string_view path,
                                                     const fs::Folder& staging,
                                                     const std::string& name);

}  // namespace shaman
