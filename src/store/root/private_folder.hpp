// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shaman/error.hpp"
#include "shaman/fs.hpp"

namespace shaman {

/// Lets nobody but the server's own user into `.shaman`, whatever the umask was when it was made.
/// Set-group and sticky bits stay as they are. errc::io_error says what others may do where this
/// fails, because the folder is another user's or its file system has no modes.
[[nodiscard]] result<void> make_private(fs::FileSystem& file_system, const fs::Folder& folder);

}  // namespace shaman
