// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/worker_pool.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <system_error>
#include <utility>

#include "shaman/os.hpp"

namespace shaman {
namespace {

thread_local std::string_view on_behalf_of;

// Shared by the caller and by helpers that may start only after all is done; hence the shared_ptr.
struct Loop {
  Loop(std::size_t count_, std::size_t grain_,
       const std::function<void(std::size_t, std::size_t)>& body_)
      : count(count_), grain(std::max<std::size_t>(grain_, 1)), body(&body_) {}

  // Takes pieces until none is left. The body is only used while pieces are left, that is, while
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
      const std::exception_ptr failure = do_piece(begin, end);
      const std::lock_guard lock(mutex);
      done += end - begin;
      if (failure) {
        if (!first_failure) first_failure = failure;
        done += count - std::min(next, count);
        next = count;
      }
      if (done == count) finished.notify_all();
    }
  }

  [[nodiscard]] std::exception_ptr do_piece(std::size_t begin, std::size_t end) const {
    try {
      (*body)(begin, end);
    } catch (...) {
      return std::current_exception();
    }
    return nullptr;
  }

  const std::size_t count;
  const std::size_t grain;
  const std::function<void(std::size_t, std::size_t)>* const body;
  std::mutex mutex;
  std::condition_variable finished;
  std::size_t next = 0;
  std::size_t done = 0;
  std::exception_ptr first_failure;
};

}  // namespace

WorkerPool::OnBehalfOf::OnBehalfOf(std::string_view client)
    : before_(std::exchange(on_behalf_of, client)) {}

WorkerPool::OnBehalfOf::~OnBehalfOf() {
  on_behalf_of = before_;
}

// The first thread starts at once, so that a system without free threads fails here.
WorkerPool::WorkerPool(std::size_t threads, Priority priority, std::string name)
    : most_threads_(std::max<std::size_t>(threads, 1)),
      priority_(priority),
      name_(std::move(name)),
      most_of_one_(std::max<std::size_t>(threads - std::min(threads, 1 + threads / 8), 1)) {
  const std::lock_guard lock(mutex_);
  start_thread();
  waking_ = true;
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  // The remaining jobs may post more jobs.
  for (std::unique_lock lock(mutex_); !threads_.empty();) {
    std::list<std::thread> one;
    one.splice(one.begin(), threads_, threads_.begin());
    lock.unlock();
    one.front().join();
    lock.lock();
  }
}

std::size_t WorkerPool::queued() const {
  const std::lock_guard lock(mutex_);
  std::size_t jobs = 0;
  for (const auto& [name, client] : clients_)
    jobs += client.jobs.size();
  return jobs;
}

std::size_t WorkerPool::started() const {
  const std::lock_guard lock(mutex_);
  return started_;
}

// With the mutex held.
void WorkerPool::start_thread() {
  threads_.emplace_back([this, number = started_ + 1] { run(number); });
  ++started_;
}

void WorkerPool::post(std::function<void()> job) {
  if (most_threads_ == 0) return job();
  std::unique_lock lock(mutex_);
  auto found = clients_.find(on_behalf_of);
  if (found == clients_.end()) {
    found = clients_.emplace(on_behalf_of, Client()).first;
    found->second.name = on_behalf_of;
  }
  Client& client = found->second;
  if (client.jobs.empty()) turns_.push_back(&client);
  client.jobs.push_back(std::move(job));
  wake_one_if_useful(std::move(lock));
}

bool WorkerPool::may_run(const Client& client) const noexcept {
  return client.running < most_of_one_ || client.name.empty();
}

WorkerPool::Client* WorkerPool::next() const {
  const auto found =
      std::ranges::find_if(turns_, [this](const Client* client) { return may_run(*client); });
  return found == turns_.end() ? nullptr : *found;
}

std::function<void()> WorkerPool::take(Client& client) {
  std::function<void()> job = std::move(client.jobs.front());
  client.jobs.pop_front();
  ++client.running;
  turns_.erase(std::ranges::find(turns_, &client));
  if (!client.jobs.empty()) turns_.push_back(&client);
  return job;
}

void WorkerPool::done(Client& client) {
  --client.running;
  if (client.running == 0 && client.jobs.empty()) clients_.erase(clients_.find(client.name));
}

// One thread at a time: a woken thread that finds more than one job wakes the next. So few threads
// do a burst of short jobs, instead of each job waking a thread that arrives too late. Notified
// without the lock: a woken thread may run first, and would wait for it.
void WorkerPool::wake_one_if_useful(std::unique_lock<std::mutex> lock) {
  if (waking_ || next() == nullptr) return;
  if (sleeping_ > 0) {
    waking_ = true;
    lock.unlock();
    wake_.notify_one();
  } else if (started_ < most_threads_) {
    try {
      start_thread();
      waking_ = true;
    } catch (const std::system_error&) {
      // The system has no thread left; the existing ones do the work.
    }
  }
}

void WorkerPool::run(std::size_t number) {
  os::name_this_thread(name_ + "-" + std::to_string(number));
  if (priority_ == Priority::low) os::lower_thread_priority();
  Client* last = nullptr;  // the client whose job this thread has just done
  bool is_new = true;
  for (;;) {
    std::unique_lock lock(mutex_);
    if (std::exchange(is_new, false)) waking_ = false;
    if (last != nullptr) done(*std::exchange(last, nullptr));
    Client* client = next();
    while (client == nullptr && !(stopping_ && turns_.empty())) {
      ++sleeping_;
      wake_.wait(lock);
      --sleeping_;
      waking_ = false;
      client = next();
    }
    if (client == nullptr) {
      lock.unlock();
      wake_.notify_all();  // others may have slept because the last jobs' client had enough threads
      return;
    }
    last = client;
    const auto job = take(*client);
    wake_one_if_useful(std::move(lock));
    const OnBehalfOf scope(client->name);
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
  if (loop->first_failure) std::rethrow_exception(loop->first_failure);
}

}  // namespace shaman
