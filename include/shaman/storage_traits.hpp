// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

#include "shaman/fs.hpp"

namespace shaman {

/// The abilities of a file system, found by trying. Code depends on these, never on the kind of
/// file system.
struct StorageTraits {
  bool symbolic_links = false;
  bool flush_files = false;
  bool flush_folders = false;  ///< names can be put on stable storage
  bool locks = false;          ///< flock works; see fs::FileSystem::try_lock
  bool rename_to_free_name = false;
  /// Files can be made read-only, and can still be touched, renamed and removed then.
  bool read_only_files = false;
  bool sets_times = false;  ///< see fs::FileSystem::touch
  bool tells_space = false;
  /// Looking up a name that is in memory never waits, neither for a network nor for another
  /// program.
  bool answers_at_once = false;
  /// The resolution of modification times.
  std::chrono::nanoseconds time_granularity{std::chrono::seconds(2)};
};

/// Tries everything in the folder and leaves nothing behind. Fails with the error of creating,
/// writing, renaming or removing a file there: a storage must support these.
[[nodiscard]] fs::result<StorageTraits> probe_storage(fs::FileSystem& file_system,
                                                      const fs::Folder& folder);

}  // namespace shaman
