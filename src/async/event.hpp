// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include <boost/asio/post.hpp>

#include "async/task.hpp"

namespace shaman::http {

/// What a connection's coroutine waits on when it waits for something other than its socket. A wake
/// that comes early is kept; one may also come for no reason, so look again at what was waited for.
class Event {
 public:
  explicit Event(const Strand& strand)
      : state_(std::make_shared<State>(strand)), door_(std::make_shared<Door>()) {
    door_->state = state_;
  }
  ~Event() {
    const std::lock_guard lock(door_->mutex);
    door_->state.reset();
  }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  /// Returns after a wake, or at `until`. On the strand.
  [[nodiscard]] Task<> wait(Clock::time_point until) {
    if (!state_->signalled) {
      state_->timer.expires_at(until);
      co_await state_->timer.async_wait(kTuple);
    }
    state_->signalled = false;
  }

  /// May be called from any thread, also when the connection, or the io_context, is long gone.
  [[nodiscard]] std::function<void()> waker() const {
    return [door = door_] {
      const std::lock_guard lock(door->mutex);
      if (!door->state) return;
      asio::post(door->state->timer.get_executor(), [state = door->state] {
        state->signalled = true;
        state->timer.cancel();
      });
    };
  }

 private:
  struct State {
    explicit State(const Strand& strand) : timer(strand) {}
    Timer timer;
    bool signalled = false;
  };
  // What wakers hold: shut when the event goes, so that none of them keeps anything of Asio's.
  struct Door {
    std::mutex mutex;
    std::shared_ptr<State> state;
  };
  std::shared_ptr<State> state_;
  std::shared_ptr<Door> door_;
};

}  // namespace shaman::http
