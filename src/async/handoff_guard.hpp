// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <thread>

#include <boost/asio/execution_context.hpp>

namespace shaman::http {

/// Counts the pool threads that are posting to an io_context. Their work may be done, and be the
/// last that the io_context runs for, before their call returns; so the io_context is not destroyed
/// while one is inside. Nothing else waits for these threads: threads of a higher priority may
/// delay them for long. Thread-safe.
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
