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
#include "shaman/outside_file.hpp"
#include "shaman/storage_traits.hpp"
#include "shaman/store_health.hpp"
#include "shaman/stored_blob.hpp"
#include "shaman/worker_pool.hpp"

namespace shaman {

/// The error of all calls while the storage is not in its place; the caller may try again.
inline constexpr errc kStorageAway = errc::busy;

/// What an acknowledgement of an upload promises.
enum class Durability : std::uint8_t {
  /// Content and name are on stable storage. The flushes of all uploads that are ready are issued
  /// side by side, so that a journaling file system writes its journal once for many.
  group,
  /// The same with no more flushes at once than the disk pool has threads.
  full,
  none,  ///< the operating system has them: lost in a power cut, not if the server is killed
};
[[nodiscard]] constexpr bool survives_power_cut(Durability durability) noexcept {
  return durability != Durability::none;
}

enum class LogLevel : std::uint8_t { info, warning, error };

/// The space that uploads leave free on the storage, and the maximum size of all stored files, in
/// bytes; 0: no limit. An upload reserves space as its bytes arrive, within its client's share.
struct StoreLimits {
  std::uint64_t min_free_space = 0;
  std::uint64_t min_free_inodes = 0;
  std::uint64_t max_store_size = 0;
};

/// Small blobs reach stable storage through a journal if durability includes power cuts and the
/// storage is a local disk. While the journal has no room they are flushed one by one, too.
struct JournalOptions {
  /// Its size, of at most a 64th of the free space; 0: no journal.
  std::uint64_t bytes = std::uint64_t{128} << 20;
  std::size_t segments = 4;                              ///< the number of its files, at least 1
  std::uint64_t largest_blob = std::uint64_t{64} << 10;  ///< larger ones are flushed one by one
};

struct StoreOptions {
  Durability durability = Durability::group;
  JournalOptions journal;
  /// An upload without progress for this long may be taken over by another one of the same blob.
  std::chrono::milliseconds stall_after{5000};
  /// An upload must also make this many bytes of progress in ten times that time: a few bytes now
  /// and then must not keep other clients from sending the blob for ever.
  std::uint64_t stall_bytes = std::uint64_t{64} << 10;
  /// How long after a blob's mark was set the store knows without looking that it is stored. Half
  /// of the age below which garbage collection takes no blob.
  std::chrono::seconds mark_lease{3600};
  /// Maximum number of marks in memory, about 64 bytes each.
  std::size_t remembered_marks = 512 * 1024;
  /// Partial uploads: how long one is kept without progress, the maximum number, and the maximum
  /// size of all together. One client may have twice as many as are still free.
  std::chrono::seconds upload_expiry{std::chrono::hours(24)};
  std::size_t max_partial_uploads = 10'000;
  std::uint64_t max_partial_bytes = std::uint64_t{1} << 40;
  StoreLimits limits;
  /// How often the store's own thread looks for stalled uploads and the remains of dead servers; 0:
  /// no such thread.
  std::chrono::milliseconds housekeeping{250};
  /// Receives noteworthy events, one printable sentence each; called from any thread. May be empty.
  std::function<void(LogLevel, const std::string&)> log;
};

/// Counts since the store was opened.
struct StoreCounters {
  std::uint64_t uploads_begun = 0;
  std::uint64_t uploads_committed = 0;
  std::uint64_t uploads_failed = 0;  ///< by the disk, or with content that did not match
  std::uint64_t bytes_written = 0;
  std::uint64_t blobs_added = 0;  ///< that were not in the store before
  std::uint64_t bytes_added = 0;
  std::uint64_t takeovers = 0;      ///< of uploads that had stalled
  std::uint64_t marks = 0;          ///< times of last use that were set on disk
  std::uint64_t marks_saved = 0;    ///< answered from memory
  std::uint64_t damaged_blobs = 0;  ///< seen with a size other than their name's
};

/// The principal of a call. A scope can neither see nor damage another scope's partial uploads, and
/// a blob that no principal of the scope has sent whole is unknown to it, as if it were not stored
/// (docs/design/0073-a-checksum-is-no-key.md). By default there is one scope for all.
struct Requester {
  std::string scope;      ///< separates principals that must not know of each other's files
  bool knows_all = true;  ///< it knows every stored blob
  /// The owner of the share of the storage that it uses, for example a token's name or a network
  /// address. Empty: the server itself.
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
  /// In place of writing: makes the temporary file a copy of the whole file that shares its blocks.
  /// False if the file system cannot do that: write the content then. Once, before any write().
  /// Blocks on the disk. errc::content_mismatch if the file has another size by now;
  /// errc::storage_full; errc::io_error.
  [[nodiscard]] result<bool> clone(const OutsideFile& file);
  /// After clone(): reads and hashes the next bytes of the copy, in order, and fills `into` with
  /// them: at most as many as are left. Blocks on the disk. errc::io_error.
  [[nodiscard]] result<void> hash_clone(std::span<std::byte> into);
  [[nodiscard]] std::uint64_t received() const noexcept;
  /// Whether another upload of the same blob was committed meanwhile, so that the rest is not
  /// needed.
  [[nodiscard]] bool is_superseded() const noexcept;
  /// For a resumable upload: puts the received bytes on stable storage, so that they can be
  /// acknowledged, and returns their number. Blocks. After a failure no bytes are held.
  [[nodiscard]] result<std::uint64_t> checkpoint();

 private:
  friend class Store;
  explicit Upload(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Results of Store::begin_upload without an upload.
struct AlreadyStored {};  ///< and durable, and marked as used now
struct Deferred {};       ///< another client is sending it, and this one can wait
struct Claimed {};        ///< another client is sending it: wait (Store::when_released), then retry

using BeginResult = std::variant<Upload, AlreadyStored, Deferred, Claimed>;

/// Further results for resumable uploads.
struct NotHeld {};  ///< neither stored nor started
struct Taken {};    ///< another client has it, and is being interrupted: retry once woken
struct NoPlace {    ///< no room for another partial upload of this client: accept it whole
  std::string why;
};
struct Held {
  std::uint64_t offset = 0;  ///< bytes from the start, all on stable storage
};
using ResumeResult =
    std::variant<Upload, AlreadyStored, Deferred, Claimed, NotHeld, Taken, NoPlace>;
using HeldResult = std::variant<Held, AlreadyStored, NotHeld, Taken>;

/// Notifies the client that has a partial upload and the one that wants it of each other. Both are
/// called from any thread, at most once, and must be short; `interrupt` may be called after the
/// upload's end.
struct Takeover {
  std::function<void()> interrupt;  ///< another client wants it: give it up soon
  std::function<void()> wake;       ///< after Taken: it is free
};

/// The content-addressed store below one folder, as docs/protocol.md lays it out. Independent of
/// HTTP. All members may be called from any thread. Those that say "blocks" touch the disk.
class Store {
 public:
  struct Impl;  ///< for the library's own parts

  /// Opens the folder, creating missing parts, after cleaning up the remains of dead servers.
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
  /// what is there instead. Blocks. Every other member that reads or changes the storage fails in
  /// the same way, also if the storage is gone when it ends.
  [[nodiscard]] result<void> check_there();
  /// The same without looking: the last result; empty if all is right.
  [[nodiscard]] std::string problem() const;
  /// Notes for the storage's admin, a sentence each: properties that work but may surprise, found
  /// at opening, and, as of some seconds ago, that little space is left. Does not look at the
  /// storage.
  [[nodiscard]] std::vector<std::string> remarks() const;
  /// The storage's state, of which problem() and remarks() tell. Does not look at the storage.
  [[nodiscard]] StoreHealth health() const;
  /// Identifies this storage, wherever it is mounted.
  [[nodiscard]] const std::string& storage_id() const noexcept;

  /// Whether the store has the blob. Does not mark it. Blocks.
  [[nodiscard]] result<BlobStatus> status(const BlobId& id, const Requester& requester = {});

  /// The same without waiting for more than a look: nothing if something must be flushed first, or
  /// if a partial upload of it is held (peek_held()).
  [[nodiscard]] result<std::optional<BlobStatus>> status_at_once(const BlobId& id,
                                                                 const Requester& requester = {});

  /// The status of many blobs, in the list's order. Before this returns, stored blobs are durable
  /// and marked as used now, so that garbage collection leaves them alone for the lease. Uses all
  /// threads of the pool. Blocks. `out` has the list's size.
  [[nodiscard]] result<void> require(const FileList& files, std::span<BlobStatus> out,
                                     const Requester& requester = {});

  /// Opens a stored blob that the requester knows; nothing if there is none. Neither marks it nor
  /// brings it back from the trash. Blocks.
  [[nodiscard]] result<std::optional<StoredBlob>> open_blob(const BlobId& id,
                                                            const Requester& requester = {});

  /// Opens a regular file below a folder that is not part of the storage: no component of `path` is
  /// followed if it is a symbolic link, and none is `..`. Nothing if there is no such file, this
  /// process may not read it, or it is in the storage. Blocks.
  [[nodiscard]] std::optional<OutsideFile> open_outside(const std::string& folder,
                                                        std::string_view path);

  /// From now on begin_upload() fails with errc::shutting_down; running uploads continue.
  void refuse_uploads();

  /// Starts an upload, or returns why none is needed. Blocks.
  /// errc::storage_full, errc::io_error, errc::shutting_down.
  [[nodiscard]] result<BeginResult> begin_upload(const BlobId& id, bool can_defer,
                                                 const Requester& requester = {});

  /// The same for a resumable upload (docs/protocol.md): one partial upload per blob, which is kept
  /// when the Upload is dropped, and continued at received(). `create` starts one if there is none,
  /// and respects a client that is sending the blob; `append` takes over from it. errc::busy if
  /// another server of this storage has it.
  [[nodiscard]] result<ResumeResult> create_resumable(const BlobId& id, bool can_defer,
                                                      const Takeover& takeover,
                                                      const Requester& requester = {});
  [[nodiscard]] result<ResumeResult> append_resumable(const BlobId& id, const Takeover& takeover,
                                                      const Requester& requester = {});
  /// How much of a blob is held. Interrupts the client that sends it, so that the answer stays
  /// true. Blocks.
  [[nodiscard]] result<HeldResult> held_of(const BlobId& id, std::function<void()> wake,
                                           const Requester& requester = {});
  /// The same without interrupting a client, so that the upload may have grown when the answer
  /// arrives; nothing if nothing is held. Blocks.
  [[nodiscard]] result<std::optional<std::uint64_t>> peek_held(const BlobId& id,
                                                               const Requester& requester = {});
  /// Deletes the partial upload of a blob (never a stored blob); NotHeld if there is none. Blocks.
  [[nodiscard]] result<HeldResult> cancel_resumable(const BlobId& id, std::function<void()> wake,
                                                    const Requester& requester = {});

  /// Checks size and digest, makes the blob part of the store with the configured durability, and
  /// gives the claim back. Never blocks: `done` is called once, on a thread of the store, when all
  /// is on disk. errc::content_mismatch (nothing is kept), errc::storage_full, errc::io_error.
  void commit(Upload upload, std::function<void(result<void>)> done);
  /// The same for one of many small blobs that come together: they share flushes of the whole
  /// storage, which takes longer for a single blob.
  void commit_among_many(Upload upload, std::function<void(result<void>)> done);

  /// The same, done by the calling thread. Blocks.
  [[nodiscard]] result<void> commit_now(Upload upload);
  /// The pool on which commit() waits for the disk, with many threads that do little else. For work
  /// that ends in commit_now().
  [[nodiscard]] WorkerPool& commit_pool() noexcept;

  /// Calls `wake` once: when the blob's present claim is given back (committed or not) or has
  /// stalled, or at once if there is no claim. Any thread may call it, so it must be short. The
  /// returned handle cancels when destroyed; after that `wake` is not called.
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

  /// Bytes that the blob's present uploader has sent, for clients that wait "while it makes
  /// progress"; 0 without one.
  [[nodiscard]] std::uint64_t upload_progress(const BlobId& id,
                                              const Requester& requester = {}) const;

  /// Uploads that hold a claim right now.
  [[nodiscard]] std::size_t uploads_under_way() const;

  /// Resumable uploads whose client is sending now.
  [[nodiscard]] std::size_t resumable_uploads_under_way() const;

  /// Applies to uploads that begin from now on.
  void set_limits(const StoreLimits& limits);
  /// Counts the stored bytes again, if they are limited: another process may have removed files.
  /// Blocks.
  void recount();
  /// Forgets what is remembered of this blob, so that the next call looks at the disk.
  void forget(const BlobId& id);

  /// Bytes that nobody can guess, new with each call.
  [[nodiscard]] Digest random_secret() const;

  [[nodiscard]] StoreCounters counters() const;
  [[nodiscard]] const StoreOptions& options() const noexcept;
  [[nodiscard]] const StorageTraits& traits() const noexcept;

 private:
  friend class StoreInterior;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman
