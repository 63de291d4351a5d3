// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "async/handoff_guard.hpp"
#include "async/task.hpp"

namespace shaman::http {

/// A value that some other thread will give, once, to a coroutine on a strand. Copies speak of the
/// same value. Keeps the io_context running until the value is there, so that a coroutine that
/// waits is never destroyed under work that still uses what it owns.
template <class T>
class OneShot {
 public:
  explicit OneShot(const Strand& strand) : state_(std::make_shared<State>(strand)) {}

  /// From any thread, once, and the last that is done with this copy. The coroutine goes on while
  /// the caller may still be on its way out, and waits for nothing of it.
  void set(T value) {
    const HandoffGuard::Handoff handoff(state_->handoffs);
    const Strand strand = state_->strand;
    state_->value.emplace(std::move(value));
    asio::post(strand, [state = std::move(state_)] {
      state->work.reset();
      state->is_set = true;
      if (!state->resume) return;
      Resume resume = *std::move(state->resume);
      state->resume.reset();
      std::move(resume)();
    });
  }

  /// On the strand, once.
  [[nodiscard]] Task<T> get() const {
    if (!state_->is_set) {
      UseAwaitable token;
      co_await asio::async_initiate<UseAwaitable, void()>(
          [state = state_.get()](auto handler) { state->resume.emplace(std::move(handler)); },
          token);
    }
    co_return std::move(*state_->value);
  }

 private:
  using Resume = asio::async_result<UseAwaitable, void()>::handler_type;
  struct State {
    explicit State(const Strand& strand_in)
        : strand(strand_in),
          handoffs(HandoffGuard::of(strand.context())),
          work(std::in_place, strand) {}
    const Strand strand;
    HandoffGuard& handoffs;
    std::optional<T> value;  // written before the post, read after it
    // On the strand only.
    std::optional<asio::executor_work_guard<Strand>> work;
    std::optional<Resume> resume;
    bool is_set = false;
  };
  std::shared_ptr<State> state_;
};

}  // namespace shaman::http
