// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shaman/error.hpp"
#include "shaman/fs.hpp"

namespace shaman {

/// Restricts `.shaman` to the server's own user, whatever the umask was when it was made. Set-group
/// and sticky bits do not change. If this fails, because another user owns the folder or its file
/// system has no modes, errc::io_error says what others may do.
[[nodiscard]] result<void> make_private(fs::FileSystem& file_system, const fs::Folder& folder);

}  // namespace shaman
