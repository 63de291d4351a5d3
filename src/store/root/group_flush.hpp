// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include <boost/system/error_code.hpp>

#include "shaman/fs.hpp"

namespace shaman {

/// Lets many threads that have written wait for the same flush. A thread that comes while a flush
/// is under way waits for the next one: the present one may have begun before what it wrote. All
/// members may be called from any thread.
class GroupFlush {
 public:
  /// Returns when a flush that began after this call has ended. Fails if any flush has failed since
  /// there were `failures` of them: the system drops what it could not write, and tells it once.
  /// `flush` returns a fs::result<void>; it is called by one thread at a time, and must not throw.
  template <class Flush>
  [[nodiscard]] fs::result<void> run(const Flush& flush, std::uint64_t failures = 0) {
    std::unique_lock lock(mutex_);
    const std::uint64_t mine = ++asked_;
    while (flushed_ < mine && failures_ == failures) {
      if (is_flushing_) {
        ended_.wait(lock);
        continue;
      }
      is_flushing_ = true;
      const std::uint64_t all = asked_;
      lock.unlock();
      const fs::result<void> done = flush();
      lock.lock();
      is_flushing_ = false;
      flushed_ = all;
      if (!done) {
        ++failures_;
        failure_ = done.error();
      }
      ended_.notify_all();
    }
    if (failures_ == failures) return {};
    return failure_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  std::uint64_t asked_ = 0;
  std::uint64_t flushed_ = 0;
  bool is_flushing_ = false;
  std::uint64_t failures_ = 0;
  boost::system::error_code failure_;  // the last one
};

}  // namespace shaman
