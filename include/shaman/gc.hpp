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

/// Garbage collection: finds blobs that nothing uses, puts them aside, and deletes them later. What
/// it promises, and why it may run beside servers, is in docs/design/0060-collection.md.
namespace shaman {

/// What may be collected. All of the policies leave alone what a link leads to, and what was
/// marked as used less than `min_age` ago.
struct GcOptions {
  /// Collect what was not used for this long.
  std::chrono::seconds max_age{std::chrono::hours(744)};
  /// What a mark promises. Servers believe a mark for half of it (StoreOptions::mark_lease).
  std::chrono::seconds min_age{std::chrono::hours(2)};
  /// How long a collected blob can still be brought back.
  std::chrono::seconds grace{std::chrono::hours(1)};
  /// Bytes: beyond this the least recently used go, however young above `min_age`. 0: no such
  /// limit.
  std::uint64_t max_store_size = 0;
  /// The same while less than this is free on the storage. What lies in the trash is then deleted
  /// without the grace. 0: no such limit.
  std::uint64_t min_free_space = 0;
  std::uint64_t min_free_inodes = 0;
  /// Store::storage_id() of the server that collects; any other storage is left alone. Empty: any
  /// is right.
  std::string storage_id{};
  /// Change nothing: tell what would be done.
  bool dry_run = false;
  /// Tell why the blobs of this digest stay or go.
  std::optional<Digest> explain;
  /// Set by another thread: end soon, with what was done by then.
  const std::atomic<bool>* stop = nullptr;
  /// As StoreOptions::log.
  std::function<void(LogLevel, const std::string&)> log;
};

/// Why one blob stays or goes.
struct GcExplanation {
  enum class State : std::uint8_t { stored, in_trash };
  BlobId id;
  State state = State::stored;
  fs::Time marked;                 ///< when it was last used
  std::vector<std::string> users;  ///< links to it, below the storage folder; the first 1000
  std::string verdict;             ///< a sentence
};

/// By how much a run missed the policies that go by space. All 0: it reached them.
struct GcShortfall {
  std::uint64_t free_bytes = 0;   ///< below min_free_space
  std::uint64_t free_inodes = 0;  ///< below min_free_inodes
  std::uint64_t store_bytes = 0;  ///< above max_store_size

  [[nodiscard]] bool is_any() const noexcept {
    return free_bytes > 0 || free_inodes > 0 || store_bytes > 0;
  }
};

/// What one run found and did.
struct GcResults {
  std::uint64_t links_checked = 0;
  std::uint64_t blobs = 0;       ///< in the store, before
  std::uint64_t blob_bytes = 0;  ///< of them
  std::uint64_t old_blobs = 0;   ///< that a policy would let go, were they not used
  std::uint64_t old_used = 0;    ///< of these: a link leads to them
  std::uint64_t old_unused = 0;  ///< of these: the rest
  std::uint64_t collected = 0;   ///< moved to the trash
  std::uint64_t collected_bytes = 0;
  std::uint64_t restored = 0;     ///< moved back, as somebody wants them after all
  std::uint64_t deleted = 0;      ///< for good, from the trash
  std::uint64_t bytes_freed = 0;  ///< by that
  std::uint64_t in_trash = 0;     ///< collected blobs whose grace is not over
  std::uint64_t in_trash_bytes = 0;
  /// From when on all of them can be deleted, by the file system's clock; nothing: there is none.
  std::optional<fs::Time> deletable_from;
  std::chrono::seconds grace{};  ///< that was in force
  /// Whether that is longer than was asked for, because servers of this storage may remember marks
  /// that this run does not honour: running ones, and stopped ones that could not clean up.
  bool is_grace_of_servers = false;
  GcShortfall shortfall;
  // With a policy that goes by space, otherwise 0:
  std::uint64_t used_bytes = 0;   ///< of blobs above the least age that are linked, or may be
  std::uint64_t young_bytes = 0;  ///< of blobs that were marked less than the least age ago
  bool was_stopped = false;
  bool is_dry_run = false;  ///< nothing was changed: what is said to be done would be
  /// Folders and links that could not be read; what they may link to was kept.
  std::uint64_t unread_places = 0;
  std::vector<std::string> unreadable;  ///< of these the first 1000, with the reason
  /// Of one of them nothing is known: whatever was ever in a checkout was kept.
  bool kept_all_checkouts = false;
  /// What nothing ever deletes: damaged files in `.shaman/quarantine`, and in `jobs/.kept` what
  /// others had put into erased checkouts. 0 where the run was stopped.
  std::uint64_t quarantine_bytes = 0;
  std::uint64_t kept_bytes = 0;
  std::vector<GcExplanation> explanations;
};

/// One run over the storage at `root`, on which a server must have been started. Servers may use it
/// meanwhile. Blocks; spreads over the pool. What this process may not read is left out, and what
/// it may link to kept. errc::busy when somebody else is collecting there; errc::not_a_store;
/// errc::io_error where the storage fails: then nothing was collected.
[[nodiscard]] result<GcResults> collect_garbage(fs::FileSystem& file_system,
                                                const std::string& root, WorkerPool& pool,
                                                const GcOptions& options);

/// For people: sentences, each in a line, or with something else `between` them. Without what could
/// not be read and a goal that was missed, which the run logs as warnings.
[[nodiscard]] std::string to_text(const GcResults& results, std::string_view between = "\n");
/// One line of JSON; docs/schemas/gc.schema.json describes it.
[[nodiscard]] std::string to_json(const GcResults& results);

}  // namespace shaman
