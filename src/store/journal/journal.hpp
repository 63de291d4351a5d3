// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"
#include "shaman/fs.hpp"
#include "shaman/store.hpp"

#include "store/journal/replay.hpp"
#include "store/root/root.hpp"
#include "store/root/whole_flush.hpp"
#include "store/space/reservations.hpp"

namespace shaman {

/// `.shaman/journal/<instance>/`: the content of small blobs, on stable storage with one flush for
/// all that come at the same time, so that their places in the store need no flush of their own
/// (docs/design/0086-small-files-go-through-a-journal.md). If a server dies, the next one replays
/// its journal (JournalReplay).
///
/// It has a few segments, written one after the other. A segment is used again once all that it
/// holds is on the disk without it. All members may be called from any thread.
class Journal {
 public:
  /// Runs a job on another thread; the owner waits for all before it destroys the journal.
  using Post = std::function<void(std::function<void()>)>;
  struct Segment;

  /// All references must outlive it. `server` is Instance::name().
  Journal(fs::FileSystem& file_system, const StorageRoot& root, std::string server,
          WholeFlush& storage, Reservations& reservations, JournalReplay& replay,
          const StoreOptions& options, WholeFlush::Calls flushes, Post post);
  /// Puts everything on the disk and removes the journal. What cannot be put there stays for the
  /// next start.
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Keeps the record of a blob from being overwritten until the blob has its place.
  class Entry {
   public:
    Entry(Journal& owner, std::shared_ptr<Segment> segment)
        : owner_(owner), segment_(std::move(segment)) {}
    ~Entry() { owner_.release(segment_); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    Journal& owner_;
    const std::shared_ptr<Segment> segment_;
  };

  /// Writes the content of `file` for this blob. If there is an `entry` on return, the content is
  /// on stable storage; keep it until the blob has its place. Otherwise the blob is too large, or
  /// there is no room in the journal now, or it cannot be written, and the blob has to be flushed
  /// in its place. Blocks.
  /// `losses` is WholeFlush::losses() before the file was written.
  void write(const BlobId& id, const fs::File& file, std::uint64_t losses,
             std::optional<Entry>& entry);

  /// Call every few seconds: puts what a segment has held for a while on the disk, and removes
  /// segments that are not used, once nobody has uploaded for some minutes or if the storage is
  /// full.
  void keep_house();

  [[nodiscard]] JournalState state();

  /// The storage was mounted anew, and this server has another name in it: what was written so far
  /// is left to the next look for dead servers.
  void start_anew(std::string server);

 private:
  using Steady = std::chrono::steady_clock::time_point;
  struct Place {
    std::shared_ptr<Segment> segment;
    std::uint64_t offset = 0;
    std::uint64_t nonce = 0;
  };
  [[nodiscard]] std::optional<Place> find_place(const BlobId& id, std::uint64_t losses);
  [[nodiscard]] fs::result<void> write_record(const Place& place, const BlobId& id,
                                              const fs::File& file);
  [[nodiscard]] fs::result<void> flush(Segment& segment);
  void release(const std::shared_ptr<Segment>& segment);
  [[nodiscard]] bool is_broken(const Segment& segment);
  void give_up(Segment& segment, const boost::system::error_code& error);

  void create();
  [[nodiscard]] result<std::shared_ptr<Segment>> make_segment(std::uint64_t number);
  [[nodiscard]] fs::result<void> prepare(Segment& segment);
  [[nodiscard]] fs::result<fs::Folder> open_own_folder();
  [[nodiscard]] std::uint64_t affordable_bytes();

  void post_retiring(std::shared_ptr<Segment> segment);
  void retire(const std::shared_ptr<Segment>& segment);
  [[nodiscard]] bool put_on_disk(const Segment& segment);
  void remove(const Segment& segment);
  [[nodiscard]] bool is_storage_full() const;
  void drop_unused();
  [[nodiscard]] std::string server_name();
  void say(LogLevel level, const std::string& message) const;
  /// With the mutex held.
  [[nodiscard]] bool is_due(const Segment& segment) const;
  [[nodiscard]] std::optional<Place> take_place(std::uint64_t bytes, std::uint64_t losses,
                                                Steady now);
  void forget(const Segment& segment);

  fs::FileSystem& file_system_;
  const StorageRoot& root_;
  WholeFlush& storage_;
  Reservations& reservations_;
  JournalReplay& replay_;
  const JournalOptions options_;
  const WholeFlush::Calls flushes_;
  const std::function<void(LogLevel, const std::string&)> log_;
  const Post post_;

  std::mutex mutex_;  // of what follows
  std::string server_;
  std::vector<std::shared_ptr<Segment>> segments_;  // all
  std::shared_ptr<Segment> current_;
  std::vector<std::shared_ptr<Segment>> free_;
  std::uint64_t next_number_ = 1;
  std::uint64_t generation_ = 0;  // of start_anew()
  bool is_creating_ = false;
  Steady next_try_{};  // of creating one, after a failure
  Steady last_use_{};
  bool is_failing_ = false;    // until next_try_
  bool is_stuck_ = false;      // something is on the disk only in a segment that is kept
  std::uint64_t blobs_ = 0;    // written
  std::uint64_t refused_ = 0;  // for lack of room
};

}  // namespace shaman
