// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/worker_pool.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "shaman/os.hpp"

namespace shaman {
namespace {

// Shared by the caller and by helpers that may start only after all is done; hence the shared_ptr.
struct Loop {
  Loop(std::size_t count_, std::size_t grain_,
       const std::function<void(std::size_t, std::size_t)>& body_)
      : count(count_), grain(std::max<std::size_t>(grain_, 1)), body(&body_) {}

  // Takes pieces until none is left. The body is only touched while pieces are left, that is, while
  // the caller of parallel_for still waits.
  void work() {
    for (;;) {
      std::size_t begin;
      {
        const std::lock_guard lock(mutex);
        if (next >= count) return;
        begin = next;
        next += grain;
      }
      const std::size_t end = std::min(begin + grain, count);
      (*body)(begin, end);
      const std::lock_guard lock(mutex);
      done += end - begin;
      if (done == count) finished.notify_all();
    }
  }

  const std::size_t count;
  const std::size_t grain;
  const std::function<void(std::size_t, std::size_t)>* const body;
  std::mutex mutex;
  std::condition_variable finished;
  std::size_t next = 0;
  std::size_t done = 0;
};

}  // namespace

WorkerPool::WorkerPool(std::size_t threads, Priority priority) {
  threads_.reserve(std::max<std::size_t>(threads, 1));
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i)
    threads_.emplace_back([this, priority] { run(priority); });
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_)
    thread.join();
}

void WorkerPool::post(std::function<void()> job) {
  if (threads_.empty()) return job();
  std::unique_lock lock(mutex_);
  jobs_.push_back(std::move(job));
  wake_one_if_useful(std::move(lock));
}

// One thread at a time: who wakes and finds more than it takes wakes the next. So a burst of short
// jobs is done by few threads, instead of each job waking one that comes too late.
// Who is woken may come first, and would wait for a lock that is still held.
void WorkerPool::wake_one_if_useful(std::unique_lock<std::mutex> lock) {
  if (jobs_.empty() || sleeping_ == 0 || waking_) return;
  waking_ = true;
  lock.unlock();
  wake_.notify_one();
}

void WorkerPool::run(Priority priority) {
  if (priority == Priority::low) os::lower_thread_priority();
  for (;;) {
    std::unique_lock lock(mutex_);
    while (jobs_.empty() && !stopping_) {
      ++sleeping_;
      wake_.wait(lock);
      --sleeping_;
      waking_ = false;
    }
    if (jobs_.empty()) return;
    const auto job = std::move(jobs_.front());
    jobs_.pop_front();
    wake_one_if_useful(std::move(lock));
    job();
  }
}

void WorkerPool::parallel_for(std::size_t count, std::size_t grain,
                              const std::function<void(std::size_t, std::size_t)>& body) {
  if (count == 0) return;
  const auto loop = std::make_shared<Loop>(count, grain, body);
  const std::size_t pieces = (count + loop->grain - 1) / loop->grain;
  const std::size_t helpers = std::min(threads(), pieces - 1);
  for (std::size_t i = 0; i < helpers; ++i)
    post([loop] { loop->work(); });
  loop->work();
  std::unique_lock lock(loop->mutex);
  loop->finished.wait(lock, [&] { return loop->done == loop->count; });
}

}  // namespace shaman
