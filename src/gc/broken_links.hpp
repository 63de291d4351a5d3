// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"

#include "gc/gc_run.hpp"
#include "gc/link_walk.hpp"

namespace shaman {

/// Finds links that lead to nothing or to blobs that are known to be damaged, and their checkouts.
/// One thread, except inside look(). Blocks.
class BrokenLinks {
 public:
  explicit BrokenLinks(const GcRun& run) : run_(run) {}

  /// Before look(): links to this blob are broken, whether it exists or not.
  void add_damaged(const BlobId& id) { users_[id]; }

  /// Walks all links. errc::io_error if the storage fails.
  [[nodiscard]] result<void> look();

  /// The blobs that links lead to but that do not exist, without those that were added.
  [[nodiscard]] const std::vector<BlobId>& missing() const noexcept { return missing_; }
  /// Places that look() could not read: links there may be broken, too.
  [[nodiscard]] const UnreadPlaces& unread() const noexcept { return unread_; }
  /// Relative to the storage folder, sorted. For a link outside of any checkout, such as a pin: the
  /// link itself.
  [[nodiscard]] std::vector<std::string> checkouts_of(const BlobId& id) const;

 private:
  [[nodiscard]] bool is_there(const BlobId& id) const;
  [[nodiscard]] bool still_leads_to(const std::string& link, const BlobId& id) const;
  [[nodiscard]] std::string checkout_of(const std::string& link) const;
  void visit(const BlobId& id, const std::string& link);

  const GcRun& run_;
  std::map<BlobId, std::set<std::string>> users_;  // checkouts of damaged blobs
  std::vector<BlobId> missing_;
  UnreadPlaces unread_;
  std::mutex mutex_;                               // of the members below, while look() walks
  std::unordered_set<BlobId> present_;             // checked, and found
  std::map<BlobId, std::set<std::string>> links_;  // to those not found
};

}  // namespace shaman
