// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <thread>

#include <boost/asio/execution_context.hpp>

namespace shaman::http {

/// Threads of pools that are handing something to an io_context. What they hand over may be taken,
/// and be all that the io_context was run for, before their call has returned; so it is not
/// destroyed while one of them is inside. Nobody waits for them before that: they may be put aside
/// for long by threads that come first. Thread-safe.
class HandoffGuard final : public boost::asio::execution_context::service {
 public:
  inline static boost::asio::execution_context::id id;

  explicit HandoffGuard(boost::asio::execution_context& context) : service(context) {}

  [[nodiscard]] static HandoffGuard& of(boost::asio::execution_context& context) {
    return boost::asio::use_service<HandoffGuard>(context);
  }

  class Handoff {
   public:
    explicit Handoff(HandoffGuard& guard) noexcept : guard_(guard) { ++guard_.inside_; }
    ~Handoff() { --guard_.inside_; }
    Handoff(const Handoff&) = delete;
    Handoff& operator=(const Handoff&) = delete;

   private:
    HandoffGuard& guard_;
  };

 private:
  // All services are shut down before the first is destroyed.
  void shutdown() noexcept override {
    while (inside_ > 0)
      std::this_thread::sleep_for(std::chrono::microseconds(100));
  }

  std::atomic<int> inside_ = 0;
};

}  // namespace shaman::http
