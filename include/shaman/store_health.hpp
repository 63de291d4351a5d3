// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

namespace shaman {

/// What a store's journal is doing. Counts are since the store was opened.
struct JournalState {
  bool is_used = false;       ///< false: the storage or the options have none
  bool is_failing = false;    ///< the disk refused its last write or flush; it will be tried again
  std::size_t segments = 0;   ///< its files
  std::uint64_t bytes = 0;    ///< of all of them
  std::uint64_t used = 0;     ///< of these: records of blobs that may be nowhere else on the disk
  std::uint64_t blobs = 0;    ///< written to it
  std::uint64_t refused = 0;  ///< small blobs that found no room in it
};

/// A store's state as of the last look of its own thread, a few seconds ago at most. A store
/// without that thread (StoreOptions::housekeeping) knows only the first look.
struct StoreHealth {
  std::string problem;  ///< Store::problem(): empty if the storage is in its place
  /// For how long a look at the storage has been without an answer; 0 if there is none under way.
  std::chrono::milliseconds unanswered{0};
  bool may_write = true;         ///< false: it is read-only, or this user lost its rights
  std::uint64_t free_bytes = 0;  ///< on the file system; see fs::Space
  /// The largest values where there is no such limit, or nothing is known.
  std::uint64_t free_inodes = std::numeric_limits<std::uint64_t>::max();
  /// That uploads may still take, by free space and limits.
  std::uint64_t upload_bytes = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t flush_losses = 0;  ///< flushes of the whole storage that failed
  JournalState journal;
};

}  // namespace shaman
