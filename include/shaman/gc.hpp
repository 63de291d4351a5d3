// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"
#include "shaman/fs.hpp"
#include "shaman/store.hpp"
#include "shaman/worker_pool.hpp"

/// Garbage collection: finds blobs that nothing uses, puts them aside, and deletes them later.
/// docs/design/0060-collection.md says what it promises, and why it may run while servers run.
namespace shaman {

/// What may be collected. No policy collects a blob that a link leads to, or that was marked as
/// used less than `min_age` ago.
struct GcOptions {
  /// Collect blobs that were not used for this long.
  std::chrono::seconds max_age{std::chrono::hours(744)};
  /// How long a mark protects a blob. Servers believe a mark for half of it
  /// (StoreOptions::mark_lease).
  std::chrono::seconds min_age{std::chrono::hours(2)};
  /// How long a collected blob can be restored.
  std::chrono::seconds grace{std::chrono::hours(1)};
  /// Bytes. Beyond this, the least recently used blobs older than `min_age` are collected. 0: no
  /// limit.
  std::uint64_t max_store_size = 0;
  /// The same while less than this is free on the storage. The trash is then deleted without the
  /// grace period. 0: no limit.
  std::uint64_t min_free_space = 0;
  std::uint64_t min_free_inodes = 0;
  /// Store::storage_id() of the server that collects; any other storage is left alone. Empty: any
  /// storage.
  std::string storage_id{};
  /// Change nothing; only report what would be done.
  bool dry_run = false;
  /// Explain why the blobs of this digest are kept or collected.
  std::optional<Digest> explain;
  /// Set by another thread: end soon, with the results so far.
  const std::atomic<bool>* stop = nullptr;
  /// See StoreOptions::log.
  std::function<void(LogLevel, const std::string&)> log;
};

/// Why one blob is kept or collected.
struct GcExplanation {
  enum class State : std::uint8_t { stored, in_trash };
  BlobId id;
  State state = State::stored;
  fs::Time marked;                 ///< when it was last used
  std::vector<std::string> users;  ///< links to it, below the storage folder; the first 1000
  std::string verdict;             ///< a sentence
};

/// By how much a run missed the goals for space. All 0: it reached them.
struct GcShortfall {
  std::uint64_t free_bytes = 0;   ///< below min_free_space
  std::uint64_t free_inodes = 0;  ///< below min_free_inodes
  std::uint64_t store_bytes = 0;  ///< above max_store_size

  [[nodiscard]] bool is_any() const noexcept {
    return free_bytes > 0 || free_inodes > 0 || store_bytes > 0;
  }
};

/// The results of one run.
struct GcResults {
  std::uint64_t links_checked = 0;
  std::uint64_t blobs = 0;       ///< in the store, before
  std::uint64_t blob_bytes = 0;  ///< of them
  std::uint64_t old_blobs = 0;   ///< that a policy would collect if nothing used them
  std::uint64_t old_used = 0;    ///< of these: a link leads to them
  std::uint64_t old_unused = 0;  ///< of these: the rest
  std::uint64_t collected = 0;   ///< moved to the trash
  std::uint64_t collected_bytes = 0;
  std::uint64_t restored = 0;     ///< moved back, because they are wanted after all
  std::uint64_t deleted = 0;      ///< for good, from the trash
  std::uint64_t bytes_freed = 0;  ///< by that
  std::uint64_t in_trash = 0;     ///< collected blobs whose grace period is not over
  std::uint64_t in_trash_bytes = 0;
  /// The time from which all of them can be deleted, by the file system's clock; nothing: the trash
  /// is empty.
  std::optional<fs::Time> deletable_from;
  std::chrono::seconds grace{};  ///< the grace period in force
  /// Whether that is longer than requested, because servers of this storage may remember marks that
  /// this run does not honour: running servers, and stopped ones that could not clean up.
  bool is_grace_of_servers = false;
  /// With this GcOptions::min_age or a longer one, `grace` is as short as given.
  std::chrono::seconds min_age_of_servers{0};
  GcShortfall shortfall;
  // With a goal for space, otherwise 0:
  std::uint64_t used_bytes = 0;   ///< of blobs above the least age that are linked, or may be
  std::uint64_t young_bytes = 0;  ///< of blobs that were marked less than the least age ago
  bool was_stopped = false;
  bool is_dry_run = false;  ///< nothing was changed; the results are what a run would do
  /// Folders and links that could not be read; blobs that they may link to were kept.
  std::uint64_t unread_places = 0;
  std::vector<std::string> unreadable;  ///< of these the first 1000, with the reason
  /// Nothing is known of one of them, so everything that was ever in a checkout was kept.
  bool kept_all_checkouts = false;
  /// Files that Shaman never deletes: damaged files in `.shaman/quarantine`, and in `jobs/.kept`
  /// files that others had put into erased checkouts. 0 if the run was stopped.
  std::uint64_t quarantine_bytes = 0;
  std::uint64_t kept_bytes = 0;
  std::vector<GcExplanation> explanations;
};

/// One run over the storage at `root`, on which a server must have been started. Servers may use it
/// meanwhile. Blocks; uses all threads of the pool. Skips places that this process may not read,
/// and keeps blobs that they may link to. errc::busy if another collector is running;
/// errc::not_a_store; errc::io_error if the storage fails: then nothing was collected.
[[nodiscard]] result<GcResults> collect_garbage(fs::FileSystem& file_system,
                                                const std::string& root, WorkerPool& pool,
                                                const GcOptions& options);

/// For people: sentences, separated by `between`. Without unreadable places and missed goals, which
/// the run logs as warnings.
[[nodiscard]] std::string to_text(const GcResults& results, std::string_view between = "\n");
/// One line of JSON; docs/schemas/gc.schema.json describes it.
[[nodiscard]] std::string to_json(const GcResults& results);

}  // namespace shaman
