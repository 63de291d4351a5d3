// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <mutex>
#include <optional>

#include "shaman/fs.hpp"
#include "shaman/store_health.hpp"

#include "store/root/root.hpp"
#include "store/space/reservations.hpp"

namespace shaman {

/// Looks at the storage from time to time, so that who asks for its health never waits for a disk.
/// One thread looks; any may ask.
class StorageLook {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// All references must outlive it.
  StorageLook(fs::FileSystem& file_system, const StorageRoot& root,
              const Reservations& reservations)
      : file_system_(file_system), root_(root), reservations_(reservations) {}

  /// While it lives, the disk is being asked.
  class Question {
   public:
    explicit Question(StorageLook& look);
    ~Question();
    Question(const Question&) = delete;
    Question& operator=(const Question&) = delete;

   private:
    StorageLook& look_;
  };

  /// Looks at rights and space. What cannot be found out stays as it was. Blocks.
  void look();
  /// Fills in what was found, and for how long an answer is awaited.
  void tell(StoreHealth& health) const;

 private:
  [[nodiscard]] bool may_write() const;

  fs::FileSystem& file_system_;
  const StorageRoot& root_;
  const Reservations& reservations_;
  mutable std::mutex mutex_;  // of what follows; not held while the disk is asked
  std::optional<Time> asked_since_;
  StoreHealth found_;
};

}  // namespace shaman
