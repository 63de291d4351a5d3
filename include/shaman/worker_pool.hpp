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
  /// Who comes first where cores are scarce: `low` gives way to threads for which somebody waits.
  enum class Priority : std::uint8_t { normal, low };

  /// Without threads: whatever is posted is done at once by who posts it. For simulations, in which
  /// nothing may happen that the scheduler does not know of.
  struct OnCallersThread {};
  explicit WorkerPool(OnCallersThread) {}

  /// At most `threads` threads (at least 1), named for people who look at the process: `disk-3`.
  explicit WorkerPool(std::size_t threads, Priority priority = Priority::normal,
                      std::string name = "worker");
  /// Runs what is queued to its end, then joins.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Queues one job and returns at once. The queue itself has no limit: who posts bounds it, by
  /// having only so many jobs under way (a connection has one piece at a time). The job must not
  /// throw.
  /// Clients take turns, each with its oldest job, so that nobody waits behind all that another one
  /// has queued; and no client has all threads (an eighth, at least one of several, is left).
  void post(std::function<void()> job);

  /// What this thread posts, to any pool, is on behalf of the client until the scope ends. Jobs
  /// inherit it for what they post. Empty, as without a scope: the program itself, which has no
  /// limit.
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
  /// caller alone can finish the work. Throws what a body threw first; the rest is then left out.
  void parallel_for(std::size_t count, std::size_t grain,
                    const std::function<void(std::size_t begin, std::size_t end)>& body);

  /// How many there may be.
  [[nodiscard]] std::size_t threads() const noexcept { return most_threads_; }
  /// How many have started by now.
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
  bool waking_ = false;  // one was told to wake, or started, and has not looked yet
  std::map<std::string, Client, std::less<>> clients_;
  std::deque<Client*> turns_;  // those with jobs, in the order in which they come next
  std::size_t most_of_one_ = 1;
  bool stopping_ = false;
  std::list<std::thread> threads_;
  std::size_t started_ = 0;
};

}  // namespace shaman
