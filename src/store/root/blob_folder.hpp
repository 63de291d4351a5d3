// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"
#include "shaman/fs.hpp"
#include "shaman/store.hpp"

#include "store/known/flat_combiner.hpp"
#include "store/known/mark_cache.hpp"
#include "store/known/trash_look.hpp"
#include "store/root/instance.hpp"

namespace shaman {

/// The blobs on the disk, `file-store/stored`: finds, marks and adds them. Independent of uploads.
/// All members may be called from any thread, and block.
///
/// What "stored" promises: the blob has its name, its name's size, and both are on stable storage.
/// A name alone proves nothing: after a crash, or if another server has just made it, it may not be
/// on the disk yet. So names that changed within the last minute are flushed before they count,
/// unless they are in the mark cache, where only durable blobs are.
class BlobFolder {
 public:
  static constexpr std::chrono::minutes kYoung{1};
  enum class Presence : std::uint8_t {
    absent,
    young,    ///< it exists, but must not be reported before make_durable()
    durable,  ///< or durability is none
  };
  enum class Mark : std::uint8_t { no, as_used_now };

  /// All references must outlive it. The folders are `file-store/stored` and `.shaman`.
  BlobFolder(fs::FileSystem& file_system, const fs::Folder& blobs, const fs::Folder& private_folder,
             const StorageTraits& traits, MarkCache& marks, const StoreOptions& options);

  /// Looks on the disk. With Mark::as_used_now, an existing blob then has a time of last use within
  /// the mark lease, and a blob in the trash is restored.
  [[nodiscard]] result<Presence> look(const BlobId& id, Mark mark);
  /// Flushes a young blob with its folders. False: it was moved to the trash or deleted since the
  /// look, so look() again.
  [[nodiscard]] result<bool> make_durable(const BlobId& id);
  /// look() and make_durable(): whether the blob is stored.
  [[nodiscard]] result<bool> holds(const BlobId& id, Mark mark);
  /// How often to look again for a blob that disappears between a look and the next step. Each time
  /// a collector has moved it; one collection moves a blob at most twice.
  static constexpr int kMostLooks = 5;
  /// Whether a mark of this age is still valid.
  [[nodiscard]] bool is_within_lease(fs::Time marked, fs::Time now) const;

  enum class Flushing : std::uint8_t {
    now,    ///< if durability requires it
    later,  ///< by the caller, or a journal has the content and would give it its name again
  };
  /// Gives a complete file its name, replacing any file of that name, and makes the name durable.
  /// The file must be on stable storage, or in a journal, if durability requires it. On success it
  /// is gone from `from`.
  [[nodiscard]] result<void> add(const fs::Folder& from, std::string_view name, const BlobId& id,
                                 Flushing flushing = Flushing::now) {
    return add(from, name, id, false, flushing);
  }
  /// The same for a blob in the trash that a client may rely on: no power cut leaves it in a folder
  /// that is not on the disk.
  [[nodiscard]] result<void> add_back(const fs::Folder& from, std::string_view name,
                                      const BlobId& id) {
    return add(from, name, id, true, Flushing::now);
  }

  /// `file-store/stored` is another folder now.
  void forget_durable_names() {
    for (std::atomic<bool>& is_durable : durable_shards_)
      is_durable = false;
  }

  /// Whether it is in the trash.
  [[nodiscard]] bool is_in_trash(const BlobId& id) { return trash_.find(id).has_value(); }

  /// Whether blobs are made read-only.
  [[nodiscard]] bool seals() const noexcept { return seals_; }
  [[nodiscard]] bool flushes() const noexcept { return survives_power_cut(options_.durability); }
  [[nodiscard]] std::uint64_t marks_set() const noexcept { return marks_set_; }
  [[nodiscard]] std::uint64_t damaged_seen() const noexcept { return damaged_seen_; }

 private:
  struct Shelf;
  [[nodiscard]] result<void> add(const fs::Folder& from, std::string_view name, const BlobId& id,
                                 bool is_relied_upon, Flushing flushing);
  [[nodiscard]] result<Presence> look_on_disk(const BlobId& id, Mark mark);
  [[nodiscard]] result<bool> bring_back(const BlobId& id);
  [[nodiscard]] fs::result<Shelf> make_shelf(const BlobId& id);
  [[nodiscard]] fs::result<void> displace(const fs::Folder& at, std::string_view name);
  [[nodiscard]] fs::result<fs::Folder> open_or_make(const fs::Folder& at, std::string_view name);
  [[nodiscard]] fs::result<void> flush_shelf(const Shelf& shelf);
  [[nodiscard]] fs::result<bool> give_name(const fs::Folder& from, std::string_view name,
                                           const Shelf& shelf, std::string_view file);
  [[nodiscard]] fs::result<void> rename_to_free_name(const fs::Folder& from, std::string_view name,
                                                     const Shelf& shelf, std::string_view file);
  [[nodiscard]] result<void> mark_replaced(const BlobId& id, const Shelf& shelf);
  [[nodiscard]] bool is_suspect(const BlobId& id);
  void set_suspect(const BlobId& id, bool suspect);
  void report_damaged(const BlobId& id, const std::string& what);
  void report_foreign(const BlobId& id);

  fs::FileSystem& file_system_;
  const fs::Folder& blobs_;
  const fs::Folder& private_folder_;
  MarkCache& marks_;
  const StoreOptions& options_;
  TrashLook trash_;
  // Linux lets only one thread at a time rename between two folders of a file system
  // (s_vfs_rename_mutex), and must wake each waiting thread before the next can continue. Not used
  // if a rename waits for a network: there, as many as possible should wait at once.
  const bool renames_take_turns_;
  const bool seals_;
  FlatCombiner renames_;
  // Whether the name of the outer folder `xy` is known to be on stable storage.
  std::array<std::atomic<bool>, 256> durable_shards_{};
  // Blobs that have a name but whose flush failed: flushing again would succeed and prove nothing,
  // so they count as missing until they are uploaded again (or the server restarts).
  std::mutex suspects_mutex_;
  std::unordered_set<BlobId> suspects_;
  std::atomic<bool> has_suspects_{false};
  std::atomic<bool> has_reported_foreign_{false};
  std::atomic<bool> has_free_name_renames_;
  std::atomic<std::uint64_t> marks_set_{0};
  std::atomic<std::uint64_t> damaged_seen_{0};
};

}  // namespace shaman
