// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "shaman/error.hpp"
#include "shaman/fs.hpp"
#include "shaman/store.hpp"

#include "store/root/instance.hpp"
#include "store/root/root.hpp"

namespace shaman {

/// Whether the storage's path still leads to the storage that was opened there. Open folders follow
/// a storage that is renamed or covered by a mount; workers, which use its path, do not
/// (docs/design/0006-the-storage-is-watched-by-its-path.md). All members may be called from any
/// thread; no lock is held while the disk is looked at.
class StorageWatch {
 public:
  /// Maximum age of the last look that an answer relies on.
  static constexpr std::chrono::milliseconds kFresh{500};

  /// The file system must outlive it.
  StorageWatch(fs::FileSystem& file_system, std::string path, StoreLog log)
      : file_system_(file_system), path_(std::move(path)), log_(std::move(log)) {}

  /// Sets the storage from now on: the first one, or the same one mounted again.
  [[nodiscard]] result<void> expect(const StorageRoot& root);

  /// Looks unless the last look is fresh and found the storage in its place. kStorageAway says what
  /// is at the path instead. Before the first expect() there is no error.
  [[nodiscard]] result<void> check();
  /// The same, but always looks: to find out why something failed.
  [[nodiscard]] result<void> look();
  /// The result of the last look. Empty: the storage is in its place.
  [[nodiscard]] std::string problem() const;

  /// Whether this is another folder than the storage's own.
  [[nodiscard]] bool is_other(const fs::Folder& root);

  /// Changes when another folder takes the storage's place: work that began before may have ended
  /// in the old one.
  [[nodiscard]] std::uint64_t epoch() const noexcept { return epoch_; }
  /// Call this before open folders are redirected.
  void begin_epoch() { ++epoch_; }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  // The folders that answers and workers rely on, found from the storage folder.
  static constexpr std::size_t kWatched = 4;
  struct Identity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    bool operator==(const Identity&) const = default;
  };
  using Identities = std::array<Identity, kWatched>;

  [[nodiscard]] static std::string_view name_of(std::size_t watched) noexcept;
  [[nodiscard]] fs::result<Identity> identity_of(const fs::Folder& root, std::size_t watched);
  /// The problem, in a sentence; nothing if there is none.
  [[nodiscard]] fs::result<std::string> find_problem();
  void learn(std::string problem, std::chrono::steady_clock::time_point begun);

  fs::FileSystem& file_system_;
  const std::string path_;
  const StoreLog log_;
  std::atomic<std::uint64_t> epoch_{1};
  std::atomic<std::chrono::steady_clock::time_point> looked_at_{};
  mutable std::mutex mutex_;            // of the members below
  std::optional<Identities> expected_;  // nothing before the first expect()
  std::string problem_;
  std::chrono::steady_clock::time_point learned_at_{};
};

}  // namespace shaman
