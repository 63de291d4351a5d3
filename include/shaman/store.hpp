// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"
#include "shaman/file_list.hpp"
#include "shaman/fs.hpp"
#include "shaman/storage_traits.hpp"
#include "shaman/worker_pool.hpp"

namespace shaman {

/// What everything fails with while the storage is not in its place: it may be tried again.
inline constexpr errc kStorageAway = errc::busy;

/// What an acknowledgement promises.
enum class Durability : std::uint8_t {
  /// Content and name are on stable storage. The flushes of all uploads that are ready are issued
  /// side by side, so that a journaling file system writes its journal once for many.
  group,
  /// The same with no more flushes at once than the disk pool has threads.
  full,
  none,  ///< they are with the operating system: lost in a power cut, not when the server is killed
};
[[nodiscard]] constexpr bool survives_power_cut(Durability durability) noexcept {
  return durability != Durability::none;
}

enum class LogLevel : std::uint8_t { info, warning, error };

/// What uploads leave free on the storage, and how large all stored files may become, in bytes; 0:
/// no limit. An upload reserves what it needs as it comes, within its client's share.
struct StoreLimits {
  std::uint64_t min_free_space = 0;
  std::uint64_t min_free_inodes = 0;
  std::uint64_t max_store_size = 0;
};

struct StoreOptions {
  Durability durability = Durability::group;
  /// An upload that made no progress for this long may be overtaken by another of the same blob.
  std::chrono::milliseconds stall_after{5000};
  /// What counts as progress of an upload that takes ten times as long: so many bytes in that time.
  /// A few bytes now and then must not keep others from sending the blob for ever.
  std::uint64_t stall_bytes = std::uint64_t{64} << 10;
  /// For this long after a blob's mark was set, it is known to be stored without looking at the
  /// disk. Half of the age below which garbage collection leaves every blob alone.
  std::chrono::seconds mark_lease{3600};
  /// How many marks are remembered in memory, about 64 bytes each.
  std::size_t remembered_marks = 512 * 1024;
  /// Uploads that can be resumed: how long one is kept to which nothing is added, how many may be
  /// unfinished, and with how many bytes in all. One client may have twice as many as are still
  /// free.
  std::chrono::seconds upload_expiry{std::chrono::hours(24)};
  std::size_t max_partial_uploads = 10'000;
  std::uint64_t max_partial_bytes = std::uint64_t{1} << 40;
  StoreLimits limits;
  /// How often the store's own thread looks after what waits and what dead servers left; 0: there
  /// is no such thread.
  std::chrono::milliseconds housekeeping{250};
  /// Where noteworthy events go, one sentence each, with nothing unprintable in it; called from any
  /// thread. May be empty.
  std::function<void(LogLevel, const std::string&)> log;
};

/// What the store did since it was opened.
struct StoreCounters {
  std::uint64_t uploads_begun = 0;
  std::uint64_t uploads_committed = 0;
  std::uint64_t uploads_failed = 0;  ///< by the disk, or with content that did not match
  std::uint64_t bytes_written = 0;
  std::uint64_t takeovers = 0;      ///< of uploads that had stalled
  std::uint64_t marks = 0;          ///< times of last use that were set on disk
  std::uint64_t marks_saved = 0;    ///< answered from memory
  std::uint64_t damaged_blobs = 0;  ///< seen with a size other than their name's
};

/// On whose behalf a store is asked. What one scope has half uploaded is another's neither to see
/// nor to spoil, and a blob that nobody of a scope has sent whole is unknown to it, as if it were
/// not stored (docs/design/0073-a-checksum-is-no-key.md). By default there is one scope, of all.
struct Requester {
  std::string scope;      ///< what tells those apart who must not know of each other
  bool knows_all = true;  ///< every blob that is stored is known to it
  /// Whose share of the storage it uses: a token's name or a network address, for example. Empty:
  /// the server itself.
  std::string client{};
};

class Store;

/// One upload under way: holds the claim on its blob, and a temporary file.
/// Movable; members are called by one thread at a time. Destroying it without a commit gives the
/// claim back and removes the temporary file.
class Upload {
 public:
  struct State;  ///< for the library's own parts
  Upload(Upload&&) noexcept;
  Upload& operator=(Upload&&) noexcept;
  ~Upload();

  [[nodiscard]] const BlobId& id() const noexcept;
  /// Hashes and writes the next piece, in order. Blocks on the disk.
  /// errc::content_mismatch as soon as there is more than the declared size; errc::storage_full;
  /// errc::io_error.
  [[nodiscard]] result<void> write(std::span<const std::byte> piece);
  [[nodiscard]] std::uint64_t received() const noexcept;
  /// Another upload of the same blob has been committed meanwhile: the rest is not needed.
  [[nodiscard]] bool is_superseded() const noexcept;
  /// Of an upload that can be resumed: puts on stable storage what was received, so that it may be
  /// told. Returns how much that is. Blocks. After a failure nothing is held any more.
  [[nodiscard]] result<std::uint64_t> checkpoint();

 private:
  friend class Store;
  explicit Upload(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Answers of Store::begin_upload that are no upload.
struct AlreadyStored {};  ///< and durable, and marked as used now
struct Deferred {};       ///< somebody else is sending it, and this client can wait
struct Claimed {};  ///< somebody else is sending it: wait (Store::when_released), then ask again

using BeginResult = std::variant<Upload, AlreadyStored, Deferred, Claimed>;

/// Further answers about uploads that can be resumed.
struct NotHeld {};  ///< neither stored nor begun
struct Taken {};    ///< somebody is at it, and is being sent away: try again once woken
struct NoPlace {    ///< no further unfinished upload is kept for this client: take it whole
  std::string why;
};
struct Held {
  std::uint64_t offset = 0;  ///< bytes from the start, all on stable storage
};
using ResumeResult =
    std::variant<Upload, AlreadyStored, Deferred, Claimed, NotHeld, Taken, NoPlace>;
using HeldResult = std::variant<Held, AlreadyStored, NotHeld, Taken>;

/// How one who wants an unfinished upload and one who has it learn of each other. Both are called
/// from any thread, at most once, and must be short; `interrupt` may come after the upload's end.
struct Takeover {
  std::function<void()> interrupt;  ///< somebody else wants it: give it up soon
  std::function<void()> wake;       ///< after Taken: it is free
};

/// The content-addressed store below one folder, as docs/protocol.md lays it out. Knows no HTTP.
/// All members may be called from any thread. Those that say "blocks" touch the disk.
class Store {
 public:
  struct Impl;  ///< for the library's own parts

  /// Opens the folder, creating what is missing, after cleaning up what a dead server left behind.
  /// Blocks. errc::not_a_store says what is wrong with the folder and what to do.
  /// The file system and the pool must outlive the store.
  [[nodiscard]] static result<std::unique_ptr<Store>> open(fs::FileSystem& file_system,
                                                           const std::string& root,
                                                           const StoreOptions& options,
                                                           WorkerPool& disk_pool);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Whether the storage is in its place, as of less than a second ago: kStorageAway says
  /// what is there instead. Blocks. Every other member that tells of the storage, or changes it,
  /// fails so as well, and also where the storage is gone by the end.
  [[nodiscard]] result<void> check_there();
  /// The same without a look: what was found last; empty where all is right.
  [[nodiscard]] std::string problem() const;
  /// What was found when it was opened that works and may still surprise, a sentence each.
  [[nodiscard]] const std::vector<std::string>& remarks() const noexcept;
  /// Tells this storage from every other one, wherever it is mounted.
  [[nodiscard]] const std::string& storage_id() const noexcept;

  /// Whether the blob is here. Does not mark it. Blocks.
  [[nodiscard]] result<BlobStatus> status(const BlobId& id, const Requester& requester = {});

  /// The same without waiting for more than a look: nothing where something would have to be
  /// flushed first, or where an unfinished upload of it is held (peek_held()).
  [[nodiscard]] result<std::optional<BlobStatus>> status_at_once(const BlobId& id,
                                                                 const Requester& requester = {});

  /// The status of many, in the list's order; what is stored is durable and marked as used now
  /// before this returns, so that garbage collection leaves it alone for the lease. Spreads over
  /// the pool. Blocks. `out` has the list's size.
  [[nodiscard]] result<void> require(const FileList& files, std::span<BlobStatus> out,
                                     const Requester& requester = {});

  /// From now on begin_upload() says errc::shutting_down; what is under way goes on.
  void refuse_uploads();

  /// Starts an upload, or says why none is needed. Blocks.
  /// errc::storage_full, errc::io_error, errc::shutting_down.
  [[nodiscard]] result<BeginResult> begin_upload(const BlobId& id, bool can_defer,
                                                 const Requester& requester = {});

  /// The same for an upload that can be resumed (docs/protocol.md): one unfinished a blob, kept
  /// when it is dropped, and gone on with at received(). `create` begins one where there is none,
  /// and respects who is sending the blob; `append` takes over from whoever is at it.
  /// errc::busy when another server of this storage is at it.
  [[nodiscard]] result<ResumeResult> create_resumable(const BlobId& id, bool can_defer,
                                                      const Takeover& takeover,
                                                      const Requester& requester = {});
  [[nodiscard]] result<ResumeResult> append_resumable(const BlobId& id, const Takeover& takeover,
                                                      const Requester& requester = {});
  /// What is held of a blob. Sends away who is at it, so that what is told stays true. Blocks.
  [[nodiscard]] result<HeldResult> held_of(const BlobId& id, std::function<void()> wake,
                                           const Requester& requester = {});
  /// The same without disturbing anybody, so that it may have grown by the time it is told; nothing
  /// where nothing is held. Blocks.
  [[nodiscard]] result<std::optional<std::uint64_t>> peek_held(const BlobId& id,
                                                               const Requester& requester = {});
  /// Throws away what is held of it (never a stored blob); NotHeld where that is nothing. Blocks.
  [[nodiscard]] result<HeldResult> cancel_resumable(const BlobId& id, std::function<void()> wake,
                                                    const Requester& requester = {});

  /// Checks size and digest, makes the blob part of the store as the durability demands, and gives
  /// the claim back. Never blocks: `done` is called once, from a thread of the store's, when all is
  /// on disk. errc::content_mismatch (nothing is kept), errc::storage_full, errc::io_error.
  void commit(Upload upload, std::function<void(result<void>)> done);

  /// The same, done by the calling thread. Blocks.
  [[nodiscard]] result<void> commit_now(Upload upload);
  /// Where commit() waits for the disk: with many threads that do little else. For work that ends
  /// in commit_now().
  [[nodiscard]] WorkerPool& commit_pool() noexcept;

  /// Calls `wake` once: when the blob's present claim is given back (committed or not) or has
  /// stalled, or at once where there is no claim; from whatever thread brings it about, so it must
  /// be short. The returned handle cancels when destroyed; after that `wake` is not called.
  class Waiter {
   public:
    Waiter();
    Waiter(Waiter&&) noexcept;
    Waiter& operator=(Waiter&&) noexcept;
    ~Waiter();

   private:
    friend class Store;
    struct State;
    explicit Waiter(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
  };
  [[nodiscard]] Waiter when_released(const BlobId& id, std::function<void()> wake,
                                     const Requester& requester = {});

  /// Bytes that the blob's present uploader has sent, for who waits "while it makes progress"; 0
  /// without one.
  [[nodiscard]] std::uint64_t upload_progress(const BlobId& id,
                                              const Requester& requester = {}) const;

  /// Uploads that hold a claim right now.
  [[nodiscard]] std::size_t uploads_under_way() const;

  /// For uploads that begin from now on.
  void set_limits(const StoreLimits& limits);
  /// Counts anew what is stored, where there is a limit to it: others may have removed some.
  /// Blocks.
  void recount();
  /// What is remembered of this blob holds no longer: look at the disk.
  void forget(const BlobId& id);

  [[nodiscard]] StoreCounters counters() const;
  [[nodiscard]] const StoreOptions& options() const noexcept;
  [[nodiscard]] const StorageTraits& traits() const noexcept;

 private:
  friend class StoreInterior;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman
