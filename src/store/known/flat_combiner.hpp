// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace shaman {

/// Does work of many threads that must be serialized: one thread does the work of all that are
/// waiting, then the first of those that arrived meanwhile takes over. So no thread has to be woken
/// between two pieces of work, only between two rounds. All members may be called from any thread;
/// the work must not throw.
class FlatCombiner {
 public:
  /// Returns when `work` is done, by any thread.
  void run(const std::function<void()>& work) {
    Place place{&work};
    std::unique_lock lock(mutex_);
    waiting_.push_back(&place);
    if (is_somebody_at_it_)
      place.woken.wait(lock, [&] { return place.is_done || place.is_called; });
    if (place.is_done) return;
    is_somebody_at_it_ = true;
    const std::vector<Place*> round = std::exchange(waiting_, {});
    lock.unlock();
    for (const Place* each : round)
      (*each->work)();
    lock.lock();
    for (Place* each : round) {
      each->is_done = true;
      each->woken.notify_one();
    }
    is_somebody_at_it_ = !waiting_.empty();
    if (waiting_.empty()) return;
    waiting_.front()->is_called = true;
    waiting_.front()->woken.notify_one();
  }

 private:
  struct Place {
    const std::function<void()>* work;
    bool is_done = false;
    bool is_called = false;  // for the next round
    std::condition_variable woken{};
  };
  std::mutex mutex_;
  std::vector<Place*> waiting_;
  bool is_somebody_at_it_ = false;
};

}  // namespace shaman
