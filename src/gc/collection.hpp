// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "shaman/gc.hpp"

#include "gc/blob_walk.hpp"
#include "gc/candidates.hpp"
#include "gc/collector_lock.hpp"
#include "gc/gc_run.hpp"
#include "gc/link_walk.hpp"
#include "gc/trash.hpp"

namespace shaman {

/// One collection, run by the holder of the lock. docs/design/0060-collection.md has the order of
/// the steps and says why none can be left out.
class Collection {
 public:
  Collection(const GcRun& run, const CollectorLock& lock) : run_(run), lock_(lock), trash_(run) {}

  [[nodiscard]] result<GcResults> run();

 private:
  [[nodiscard]] result<void> set_times();
  [[nodiscard]] result<void> find_candidates();
  [[nodiscard]] result<void> look_for_links(bool first);
  [[nodiscard]] result<void> note_unread(const UnreadPlaces& unread);
  [[nodiscard]] result<void> choose();
  [[nodiscard]] result<void> put_aside();
  [[nodiscard]] result<void> put_aside(const FoundBlob& blob);
  [[nodiscard]] result<void> look_again();
  [[nodiscard]] result<void> take_back_all();
  [[nodiscard]] result<void> settle_trash();
  [[nodiscard]] result<void> settle(const TrashedBlob& blob);
  void note_set_aside();
  void note_in_trash(std::uint64_t bytes, fs::Time put_in);
  void note_kept();
  void note_shortfall();
  void begin_explaining();
  void finish_explaining();
  [[nodiscard]] bool is_expired(const TrashedBlob& blob) const;
  [[nodiscard]] bool is_wanted(const TrashedBlob& blob) const;

  const GcRun& run_;
  const CollectorLock& lock_;
  Trash trash_;
  GcResults results_;

  fs::Time now_;            ///< at the start, by the file system's clock
  fs::Time promised_from_;  ///< a mark of this time or later is a promise that still holds
  fs::Time expired_;        ///< by age: not used since
  fs::Space free_;          ///< before anything was deleted
  std::chrono::seconds grace_{};
  std::chrono::seconds least_grace_{};  ///< that the servers' memory of marks requires

  std::vector<FoundBlob> old_;
  std::vector<TrashedBlob> in_trash_;
  Candidates candidates_;
  std::vector<FoundBlob> victims_;
  std::mutex mutex_;              ///< of what follows
  std::vector<FoundBlob> moved_;  ///< to this run's folder in the trash
  std::optional<Error> failure_;
};

}  // namespace shaman
