// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "shaman/error.hpp"

#include "base/folder/folder.hpp"
#include "pull/cache/blob_cache.hpp"
#include "pull/folder_walk.hpp"
#include "pull/pull_state.hpp"

namespace shaman::pull {

/// What must change in a folder.
struct Difference {
  std::vector<std::size_t> to_place;  ///< indices of the wanted files
  std::vector<PulledFile> to_remove;  ///< that earlier pulls placed
};

/// Puts files of the cache into a folder. Changes nothing that earlier pulls did not put there, and
/// follows no link below the folder. One thread at a time.
class Placement {
 public:
  /// `may_copy`: copies where hard links are not possible. All must outlive it.
  Placement(const os::Folder& root, const BlobCache& cache, bool may_copy);

  /// Adds what an earlier pull placed, or began to place.
  void know(const PullState& earlier);

  /// Compares with the wanted files; keeps `mtime_ns` of those that are right. errc::
  /// conflicting_paths names an entry of another origin that is in the way.
  [[nodiscard]] result<Difference> compare(PullState& wanted);

  /// Removes and places; the cache has all files. Sets `mtime_ns` of copies. errc::storage_full,
  /// errc::io_error, errc::conflicting_paths.
  [[nodiscard]] result<void> apply(PullState& wanted, const Difference& difference);

 private:
  struct Earlier {
    PulledFile file;
    Mode mode;
  };

  [[nodiscard]] bool is_right(const os::Folder& folder, const std::string& name, PulledFile& wanted,
                              Mode mode, const os::Folder::Entry& entry) const;
  [[nodiscard]] bool is_of_pull(const os::Folder& folder, const std::string& name,
                                const std::string& path, const os::Folder::Entry& entry) const;
  [[nodiscard]] bool is_of(const Earlier& earlier, const os::Folder& folder,
                           const std::string& name, const os::Folder::Entry& entry) const;
  [[nodiscard]] std::vector<const Earlier*> earlier_at(const std::string& path) const;
  [[nodiscard]] bool was_inside(const std::string& folder) const;
  [[nodiscard]] result<bool> needs_place(FolderWalk& walk, PulledFile& wanted, Mode mode) const;
  [[nodiscard]] result<bool> passes_removed_file(const std::string& path, const Error& why) const;
  void remove_one(FolderWalk& walk, const PulledFile& file) const;
  [[nodiscard]] result<void> place_one(FolderWalk& walk, PulledFile& wanted, Mode mode) const;
  [[nodiscard]] result<void> make(const os::Folder& folder, const std::string& name,
                                  PulledFile& wanted, Mode mode) const;

  const os::Folder& root_;
  const BlobCache& cache_;
  const bool may_copy_;
  std::vector<Earlier> earlier_;  // sorted by path
};

}  // namespace shaman::pull
