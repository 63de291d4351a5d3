// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include <boost/asio/post.hpp>

#include "async/task.hpp"

namespace shaman::http {

/// What a connection's coroutine waits on when it waits for something other than its socket. An
/// early wake is kept; a wake may also have no reason, so check the condition again.
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
  // The wakers' part: shut when the event is destroyed, so that no waker keeps an Asio object.
  struct Door {
    std::mutex mutex;
    std::shared_ptr<State> state;
  };
  std::shared_ptr<State> state_;
  std::shared_ptr<Door> door_;
};

}  // namespace shaman::http
