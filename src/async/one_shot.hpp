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

/// A value that another thread gives, once, to a coroutine on a strand. Copies share the value.
/// Keeps the io_context running until the value is there, so that a waiting coroutine is never
/// destroyed while work still uses its variables.
template <class T>
class OneShot {
 public:
  explicit OneShot(const Strand& strand) : state_(std::make_shared<State>(strand)) {}

  /// From any thread, once, and as the last use of this copy. The coroutine may continue before the
  /// caller returns, and does not wait for it.
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
