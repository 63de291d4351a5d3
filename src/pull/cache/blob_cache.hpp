// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"

#include "base/folder/lock_file.hpp"
#include "pull/pull_state.hpp"

namespace shaman::pull {

/// The files that this machine got from servers, shared by all folders and processes
/// (docs/design/0096-the-workers-cache.md):
///
///     files/<2 hex>/<62 hex>-<size>    whole, verified, read-only
///     partial/<64 hex>-<size>          being received, or left by a run that ended
///     folders/<id>.use, .next          the files that a folder uses, or that a pull needs
///     locks                            one place for each folder and file, one for the whole
///
/// All members may be called from any thread.
class BlobCache {
 public:
  /// Makes missing folders. errc::invalid_argument: the path has a control character in it;
  /// errc::io_error, errc::storage_full.
  [[nodiscard]] static result<std::unique_ptr<BlobCache>> open(const std::string& folder,
                                                               std::uint64_t most_bytes);

  [[nodiscard]] const std::string& folder() const noexcept { return folder_; }
  /// Relative to the folder of any cache.
  [[nodiscard]] static std::string name_of(const BlobId& id);
  [[nodiscard]] std::string path_of(const BlobId& id) const;
  [[nodiscard]] std::string partial_path_of(const BlobId& id) const;
  /// Whether the file is here, whole.
  [[nodiscard]] bool has(const BlobId& id) const;
  /// Makes the folder of path_of().
  [[nodiscard]] result<void> make_place(const BlobId& id) const;
  /// Notes that a file is used now.
  void touch(const BlobId& id) const;

  /// One at a time receives a file. False: another process does.
  [[nodiscard]] result<bool> try_lock(const BlobId& id) const;
  void unlock(const BlobId& id) const noexcept;

  /// One pull at a time works on a folder; false: another process does.
  [[nodiscard]] result<bool> try_lock_folder(const std::string& id);
  [[nodiscard]] result<void> lock_folder(const std::string& id);
  void unlock_folder(const std::string& id) noexcept;

  /// What a folder uses, while this process holds its lock. From announce() on, no process removes
  /// these files; confirm() makes them those that the folder uses from now on.
  [[nodiscard]] result<void> announce(const PullState& state);
  [[nodiscard]] result<void> confirm(const std::string& id);
  /// The folder uses nothing of the cache.
  [[nodiscard]] result<void> release(const std::string& id);
  /// What a pull announced that did not end.
  [[nodiscard]] std::optional<PullState> unconfirmed(const std::string& id) const;
  /// Whether the folder is known to use what this state has.
  [[nodiscard]] bool knows(const PullState& state) const;

  struct Room {
    std::uint64_t bytes = 0;      ///< in the cache now
    std::uint64_t in_use = 0;     ///< of these, by folders here and pulls that run
    std::uint64_t removed = 0;    ///< now
    bool is_within_limit = true;  ///< with the bytes that are to come
  };
  /// Removes files that nothing uses, the least recently used first, until `coming` more bytes fit
  /// into the limit; also forgets folders that are gone. errc::io_error.
  [[nodiscard]] result<Room> make_room(std::uint64_t coming);

 private:
  BlobCache(std::string folder, std::uint64_t most_bytes, os::LockFile locks);

  struct Found {
    std::string path;
    BlobId id;
    bool is_partial = false;
    std::uint64_t bytes = 0;
    std::int64_t used_ns = 0;
  };
  using Ids = std::unordered_set<BlobId>;

  [[nodiscard]] std::string use_path(const std::string& id, std::string_view suffix) const;
  [[nodiscard]] bool is_held_elsewhere(const std::string& id);
  [[nodiscard]] bool is_live(const PullState& head);
  [[nodiscard]] result<Ids> used();
  void forget(const std::string& record, const PullState& state) const;
  [[nodiscard]] result<std::vector<Found>> all_files() const;
  [[nodiscard]] bool remove(const Found& file) const;

  const std::string folder_;
  const std::uint64_t most_bytes_;
  const os::LockFile locks_;
  std::mutex mutex_;
  std::set<std::string> held_;  // folders whose lock this object has
};

}  // namespace shaman::pull
