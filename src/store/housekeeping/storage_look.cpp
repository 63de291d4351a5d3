// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/housekeeping/storage_look.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "store/layout.hpp"

namespace shaman {

StorageLook::Question::Question(StorageLook& look) : look_(look) {
  const Time now = look_.file_system_.steady_now();
  const std::lock_guard lock(look_.mutex_);
  look_.asked_since_ = now;
}

StorageLook::Question::~Question() {
  const std::lock_guard lock(look_.mutex_);
  look_.asked_since_.reset();
}

// A folder that cannot be looked at is the watch's business: only a clear no counts.
bool StorageLook::may_write() const {
  const auto is_refused = [&](const fs::Folder& at, std::string_view name) {
    const auto may = file_system_.may_write(at, name);
    return may && !*may;
  };
  return !is_refused(root_.root, layout::kBlobsPath) && !is_refused(root_.root, layout::kJobs) &&
         !is_refused(root_.private_folder, layout::kUploading);
}

void StorageLook::look() {
  const bool may = may_write();
  const auto space = file_system_.space(root_.root);
  const auto left = reservations_.left_for_uploads();
  const std::lock_guard lock(mutex_);
  found_.may_write = may;
  if (space) {
    found_.free_bytes = space->free_bytes;
    found_.free_inodes = space->free_inodes;
  }
  if (left) found_.upload_bytes = *left;
}

void StorageLook::tell(StoreHealth& health) const {
  const Time now = file_system_.steady_now();
  const std::lock_guard lock(mutex_);
  health.may_write = found_.may_write;
  health.free_bytes = found_.free_bytes;
  health.free_inodes = found_.free_inodes;
  health.upload_bytes = found_.upload_bytes;
  if (asked_since_)
    health.unanswered = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::max(now - *asked_since_, Time::duration(0)));
}

}  // namespace shaman
