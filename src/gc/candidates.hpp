// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "shaman/blob_id.hpp"

namespace shaman {

/// A set of blobs, and which of them links lead to. Filled by one thread; then any thread may call
/// mark_used().
class Candidates {
 public:
  void add(const BlobId& id) { index_.try_emplace(id, index_.size()); }
  /// After the last add().
  void seal() { used_ = std::make_unique<std::atomic<bool>[]>(index_.size()); }

  void mark_used(const BlobId& id) {
    const auto found = index_.find(id);
    if (found != index_.end()) used_[found->second].store(true, std::memory_order_relaxed);
  }
  [[nodiscard]] bool is_used(const BlobId& id) const {
    const auto found = index_.find(id);
    return found != index_.end() && used_[found->second].load(std::memory_order_relaxed);
  }

 private:
  boost::unordered_flat_map<BlobId, std::size_t, std::hash<BlobId>> index_;
  std::unique_ptr<std::atomic<bool>[]> used_;
};

}  // namespace shaman
