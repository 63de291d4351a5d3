// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "shaman/fs.hpp"

#include "store/root/group_flush.hpp"

namespace shaman {

/// Puts everything in the storage on the disk with one call (`syncfs`). The system reports a failed
/// write once, to whoever asks first, so all who rely on such a call ask here. All members may be
/// called from any thread.
class WholeFlush {
 public:
  enum class Calls : std::uint8_t {
    shared,  ///< by all threads that wait for one
    own,     ///< where no thread may wait for another: in simulations
  };

  /// The references must outlive it.
  WholeFlush(fs::FileSystem& file_system, const fs::Folder& root, Calls calls)
      : file_system_(file_system), root_(root), calls_(calls) {}

  /// Failures until now. Ask before you write what is to be put on the disk.
  [[nodiscard]] std::uint64_t losses() const noexcept { return losses_; }
  [[nodiscard]] bool has_failed_within(std::chrono::nanoseconds time) const {
    return losses_ > 0 && file_system_.steady_now() - last_loss_.load() < time;
  }
  /// Puts on the disk what was written before the call. Fails if any call has failed since there
  /// were that many losses: what was written since then may not be on the disk. Blocks.
  [[nodiscard]] fs::result<void> run(std::uint64_t losses) {
    const auto flush = [this] {
      auto flushed = file_system_.flush_all(root_);
      if (!flushed) {
        last_loss_ = file_system_.steady_now();
        ++losses_;
      }
      return flushed;
    };
    if (calls_ == Calls::shared) return group_.run(flush, losses);
    auto flushed = flush();
    if (!flushed || losses_ == losses) return flushed;
    return boost::system::errc::make_error_code(boost::system::errc::io_error);
  }

 private:
  fs::FileSystem& file_system_;
  const fs::Folder& root_;
  const Calls calls_;
  std::atomic<std::uint64_t> losses_{0};
  std::atomic<std::chrono::steady_clock::time_point> last_loss_{};
  GroupFlush group_;
};

}  // namespace shaman
