// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace shaman::client {

/// What files show about whether a .blend contains its last changes. A Blender that has it open
/// cannot be asked, so this can only raise doubts, never dispel them.
struct SaveState {
  std::int64_t saved_at_ns = 0;     ///< since 1970, UTC; 0: the .blend is not there
  std::vector<std::string> doubts;  ///< sentences
  /// The given libraries that were saved after the .blend, so that the scene may look different
  /// now; absolute paths. None if the files' times are those of a copy.
  std::vector<std::string> newer_libraries;
};

/// Looks for: `NAME.blend@`, which Blender writes before it replaces the file; a backup
/// (`NAME.blend1`) that is newer than the file; autosaves of that name (`NAME_123_autosave.blend`)
/// newer than the file in `temporary_folders`.
/// `files`: all files that the .blend needs. If none of them is at least a day older than the
/// .blend, the project was copied, cloned or unpacked: the times do not show which file was saved
/// first.
[[nodiscard]] SaveState look_at_save_state(const std::string& blendfile,
                                           const std::vector<std::string>& libraries,
                                           const std::vector<std::string>& files,
                                           const std::vector<std::string>& temporary_folders);

/// Where Blender puts autosaves unless its preferences name another folder.
[[nodiscard]] std::vector<std::string> autosave_folders();

}  // namespace shaman::client
