// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace shaman {

/// Threads for work that blocks: disk, hashing, large JSON. A thread starts when a job finds all
/// others at work, up to a limit, and then stays.
/// All members may be called from any thread.
class WorkerPool {
 public:
  /// Precedence if cores are scarce: `low` gives way to threads that a client waits for.
  enum class Priority : std::uint8_t { normal, low };

  /// Without threads: post() runs each job at once, on the caller's thread. For simulations, in
  /// which nothing may happen without the scheduler.
  struct OnCallersThread {};
  explicit WorkerPool(OnCallersThread) {}

  /// At most `threads` threads (at least 1), named for tools that show the process: `disk-3`.
  explicit WorkerPool(std::size_t threads, Priority priority = Priority::normal,
                      std::string name = "worker");
  /// Runs what is queued to its end, then joins.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Queues one job and returns at once. The queue itself has no limit: the callers bound it,
  /// because each has only so many jobs under way (a connection has one piece at a time). The job
  /// must not throw.
  /// Clients take turns, each with its oldest job, so that none waits behind all jobs of another;
  /// and no client has all threads (an eighth, at least one of several, remains free).
  void post(std::function<void()> job);

  /// Until the scope ends, this thread posts on behalf of the client, to any pool. Jobs inherit the
  /// client for the jobs that they post. Empty, as without a scope: the program itself, which has
  /// no limit.
  class OnBehalfOf {
   public:
    explicit OnBehalfOf(std::string_view client);
    ~OnBehalfOf();
    OnBehalfOf(const OnBehalfOf&) = delete;
    OnBehalfOf& operator=(const OnBehalfOf&) = delete;

   private:
    const std::string_view before_;
  };

  /// Calls body(begin, end) for pieces of at most `grain` of [0, count), on the pool's threads and
  /// on the caller's, and returns when all are done. Safe to call from a job of this same pool: the
  /// caller alone can finish the work. Throws the first exception of a body; the remaining pieces
  /// are then skipped.
  void parallel_for(std::size_t count, std::size_t grain,
                    const std::function<void(std::size_t begin, std::size_t end)>& body);

  /// Maximum number of threads.
  [[nodiscard]] std::size_t threads() const noexcept { return most_threads_; }
  /// Jobs that wait for a thread.
  [[nodiscard]] std::size_t queued() const;
  /// Number of threads that have started.
  [[nodiscard]] std::size_t started() const;

 private:
  struct Client {
    std::string name;
    std::list<std::function<void()>> jobs;
    std::size_t running = 0;
  };

  void start_thread();
  void run(std::size_t number);
  void wake_one_if_useful(std::unique_lock<std::mutex> lock);
  // With the mutex held.
  [[nodiscard]] bool may_run(const Client& client) const noexcept;
  [[nodiscard]] Client* next() const;
  [[nodiscard]] std::function<void()> take(Client& client);
  void done(Client& client);

  const std::size_t most_threads_ = 0;
  const Priority priority_ = Priority::normal;
  const std::string name_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::size_t sleeping_ = 0;
  bool waking_ = false;  // one was woken or started, and has not looked yet
  std::map<std::string, Client, std::less<>> clients_;
  std::deque<Client*> turns_;  // those with jobs, in the order in which they come next
  std::size_t most_of_one_ = 1;
  bool stopping_ = false;
  std::list<std::thread> threads_;
  std::size_t started_ = 0;
};

}  // namespace shaman
