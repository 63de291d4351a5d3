// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace shaman {

/// A fixed number of threads for work that blocks: disk, hashing, large JSON.
/// All members may be called from any thread.
class WorkerPool {
 public:
  /// Who comes first where cores are scarce: `low` gives way to threads for which somebody waits.
  enum class Priority : std::uint8_t { normal, low };

  /// Without threads: whatever is posted is done at once by who posts it. For simulations, in which
  /// nothing may happen that the scheduler does not know of.
  struct OnCallersThread {};
  explicit WorkerPool(OnCallersThread) {}

  /// Starts `threads` threads (at least 1).
  explicit WorkerPool(std::size_t threads, Priority priority = Priority::normal);
  /// Runs what is queued to its end, then joins.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Queues one job and returns at once. The queue itself has no limit: who posts bounds it, by
  /// having only so many jobs under way (a connection has one piece at a time). The job must not
  /// throw.
  void post(std::function<void()> job);

  /// Calls body(begin, end) for pieces of at most `grain` of [0, count), on the pool's threads and
  /// on the caller's, and returns when all are done. Safe to call from a job of this same pool: the
  /// caller alone can finish the work. The body must not throw.
  void parallel_for(std::size_t count, std::size_t grain,
                    const std::function<void(std::size_t begin, std::size_t end)>& body);

  [[nodiscard]] std::size_t threads() const noexcept { return threads_.size(); }

 private:
  void run(Priority priority);
  void wake_one_if_useful(std::unique_lock<std::mutex> lock);

  std::mutex mutex_;
  std::condition_variable wake_;
  std::size_t sleeping_ = 0;
  bool waking_ = false;  // one was told to wake and has not looked yet
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace shaman
