// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/loop_watch.hpp"

#include <chrono>

#include "flamenco/front/random_name.hpp"
#include "protocol/names.hpp"

namespace shaman::proxy {
namespace {

// More requests than a farm usually has under way. A needless question costs a Manager nothing.
constexpr std::size_t kMany = 128;
constexpr std::chrono::seconds kPause{10};

http::Clock::rep ticks(http::Clock::time_point when) {
  return when.time_since_epoch().count();
}

}  // namespace

LoopWatch::LoopWatch() : question_(std::string(protocol::kManager) + "/" + random_name()) {}

bool LoopWatch::should_ask(http::Clock::time_point now) {
  if (under_way_ < kMany) return false;
  http::Clock::rep due = ask_after_;
  return due <= ticks(now) && ask_after_.compare_exchange_strong(due, ticks(now + kPause));
}

bool LoopWatch::is_question(const http::RequestHead& head) const {
  return head.target() == question_;
}

void LoopWatch::found(http::Clock::time_point now) {
  loop_until_ = ticks(now + kPause);
}

bool LoopWatch::is_loop(http::Clock::time_point now) const {
  return ticks(now) < loop_until_;
}

}  // namespace shaman::proxy
