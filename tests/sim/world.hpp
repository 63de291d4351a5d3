// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "shaman/checkout.hpp"
#include "shaman/gc.hpp"
#include "shaman/store.hpp"
#include "shaman/worker_pool.hpp"

#include "disk.hpp"
#include "mount.hpp"
#include "scheduler.hpp"

namespace shaman::sim {

/// What one seed is about.
struct Plan {
  std::uint64_t seed = 0;
  Mistake mistake = Mistake::none;
  bool traces = false;
};

/// What came of it.
struct Outcome {
  std::vector<std::string> violations;
  std::uint64_t schedule = 0;           ///< fingerprint of who ran when
  std::uint64_t calls = 0;              ///< to the file system
  std::uint64_t faults = 0;             ///< calls that failed on purpose
  std::uint64_t lost_answers = 0;       ///< of these, how many did what was asked
  std::uint64_t late_looks = 0;         ///< that saw what was no longer so
  std::uint64_t power_cuts = 0;         ///< 1 where the power went
  std::string crash_point;              ///< the call in which it went
  std::uint64_t second_power_cuts = 0;  ///< during the start after it
  std::uint64_t crash_states = 0;       ///< disks that were looked at after it
  std::uint64_t promises = 0;           ///< things acknowledged, each checked at the end
};

/// Two or three servers, their clients, a collector and a person at one storage, all by one seed;
/// then, after a power cut or an orderly end, what was promised is held against the disk.
[[nodiscard]] Outcome run_seed(const Plan& plan);

/// Everything that was acknowledged, by whom it may be relied upon.
class Promises {
 public:
  void stored(const BlobId& id, fs::Time until);
  void held(const BlobId& id, std::uint64_t offset) { held_[id] = std::max(held_[id], offset); }
  /// What is held of it may go: it was completed, found wrong, or thrown away.
  void not_held(const BlobId& id) { held_.erase(id); }
  void checkout(const std::string& path, const FileList& files);
  /// From now on nobody can say whether it is there.
  void erasing(const std::string& path) { checkouts_.erase(path); }
  void hand_made(const std::string& link) { links_.push_back(link); }
  /// Somebody has rendered a file of this name into a checkout.
  void rendered(const std::string& name) { frames_.push_back(name); }
  /// Nobody is let into this checkout any more.
  void forbidden(const std::string& path) { forbidden_.insert(path); }
  void pinned(const std::string& name) { pins_.insert(name); }
  /// From now on nobody can say whether it is there.
  void unpinning(const std::string& name) { pins_.erase(name); }

  struct File {
    std::string path;
    BlobId id;
  };
  [[nodiscard]] const std::map<BlobId, fs::Time>& stored() const { return stored_; }
  [[nodiscard]] const std::map<BlobId, std::uint64_t>& held() const { return held_; }
  [[nodiscard]] const std::map<std::string, std::vector<File>>& checkouts() const {
    return checkouts_;
  }
  [[nodiscard]] const std::vector<std::string>& links() const { return links_; }
  [[nodiscard]] const std::set<std::string>& pins() const { return pins_; }
  [[nodiscard]] const std::vector<std::string>& frames() const { return frames_; }
  [[nodiscard]] bool is_forbidden(const std::string& path) const {
    return forbidden_.contains(path);
  }
  [[nodiscard]] std::uint64_t count() const {
    return stored_.size() + held_.size() + checkouts_.size() + links_.size() + frames_.size() +
           pins_.size();
  }

 private:
  std::map<BlobId, fs::Time> stored_;
  std::map<BlobId, std::uint64_t> held_;
  std::map<std::string, std::vector<File>> checkouts_;
  std::vector<std::string> links_;  // below the storage folder
  std::vector<std::string> frames_;
  std::set<std::string> forbidden_;
  std::set<std::string> pins_;
};

constexpr std::chrono::seconds kMinAge{20};
constexpr std::chrono::seconds kGrace{10};
[[nodiscard]] StoreOptions store_options();
[[nodiscard]] GcOptions gc_options();

/// Opens the storage on `disk` as a new server would and holds it against the promises.
class Inspection {
 public:
  Inspection(Disk& disk, Chance& chance, const Promises& promises,
             std::vector<std::string>& violations, const std::string& boot)
      : disk_(disk),
        promises_(promises),
        violations_(violations),
        collects_first_(chance.one_in(2)),
        scheduler_(chance),
        machine_(disk, chance, scheduler_),
        mount_(machine_, {.pid = 99, .boot = boot}) {}

  void run();

 private:
  void look_at_blobs();
  void look_at_promised(Store& store);
  void look_at_held(Store& store);
  void look_at_checkouts();
  void look_at_pins();
  void look_at_pin(const std::string& path, bool is_promised);
  void look_at_hand_made(Store& store);
  void look_for_leftovers();
  void look_for_frames();
  void fail(const std::string& what) { violations_.push_back(what); }
  /// A node by its path from the storage folder; 0 where there is none.
  [[nodiscard]] Inode find(const std::string& path);
  [[nodiscard]] bool leads_to(const std::string& link, const BlobId& id);
  [[nodiscard]] std::string linked_to(const std::string& link);

  Disk& disk_;
  const Promises& promises_;
  std::vector<std::string>& violations_;
  const bool collects_first_;
  Scheduler scheduler_;
  Machine machine_;
  Mount mount_;
  WorkerPool pool_{WorkerPool::OnCallersThread{}};
};

}  // namespace shaman::sim
