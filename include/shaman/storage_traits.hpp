// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

#include "shaman/fs.hpp"

namespace shaman {

/// What a file system can do, found out by trying. Code asks these, never the kind of file system.
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
  /// Looking for a name waits for nothing, as long as what is looked at is in memory: no network is
  /// asked, no other program.
  bool answers_at_once = false;
  /// The steps that a time of modification is kept in.
  std::chrono::nanoseconds time_granularity{std::chrono::seconds(2)};
};

/// Tries everything in the folder and leaves nothing behind. Fails with what creating, writing,
/// renaming or removing a file there says: a storage must be able to do these.
[[nodiscard]] fs::result<StorageTraits> probe_storage(fs::FileSystem& file_system,
                                                      const fs::Folder& folder);

}  // namespace shaman
