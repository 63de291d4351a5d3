// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "shaman/blob_id.hpp"
#include "shaman/fs.hpp"

namespace shaman {

/// Keeps many threads together below a rate. All members may be called from any thread.
class RateLimit {
 public:
  /// Bytes a second; 0: no limit.
  RateLimit(fs::FileSystem& file_system, std::uint64_t rate)
      : file_system_(file_system), rate_(rate), start_(file_system.steady_now()) {}

  /// Counts bytes that were read, and sleeps if that was too fast.
  void took(std::uint64_t bytes, const std::atomic<bool>* stop);
  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }

 private:
  fs::FileSystem& file_system_;
  const std::uint64_t rate_;
  const std::chrono::steady_clock::time_point start_;
  std::atomic<std::uint64_t> total_{0};
};

/// The result of reading one blob.
struct BlobCheck {
  enum class Outcome : std::uint8_t {
    good,
    damaged,
    gone,     ///< collected meanwhile
    stopped,  ///< before the end
    refused,  ///< this process may not read it
    failed,   ///< for another reason that is not the blob's
  };
  Outcome outcome = Outcome::good;
  std::string what;  ///< of damage or a failure: a clause
};

/// Reads a blob whole. `path` is below `blobs`, `file-store/stored`. Blocks.
[[nodiscard]] BlobCheck check_blob(fs::FileSystem& file_system, const fs::Folder& blobs,
                                   const std::string& path, const BlobId& id, RateLimit& limit,
                                   const std::atomic<bool>* stop);

}  // namespace shaman
