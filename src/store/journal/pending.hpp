// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shaman/error.hpp"
#include "shaman/fs.hpp"

namespace shaman {

/// errc::busy if a server has ended without warning, and no other has put in place yet what its
/// journal holds: stored files may be missing from `file-store/stored` or be damaged there. The
/// folder is `.shaman`. Blocks.
[[nodiscard]] result<void> check_no_journal_is_pending(fs::FileSystem& file_system,
                                                       const fs::Folder& private_folder);

}  // namespace shaman
