// SPDX-License-Identifier: GPL-3.0-or-later
#include "scheduler.hpp"

#include <utility>

namespace shaman::sim {
namespace {

constexpr std::size_t kStack = std::size_t{256} << 10;

// Stacks are used again from seed to seed: making one costs more than a schedule's steps.
thread_local std::vector<std::unique_ptr<char[]>> spare_stacks;

}  // namespace

Scheduler::~Scheduler() {
  for (auto& fiber : fibers_)
    spare_stacks.push_back(std::move(fiber->stack));
}

// makecontext() passes on ints only.
void Scheduler::begin(unsigned high, unsigned low) {
  auto* const self = reinterpret_cast<Scheduler*>((static_cast<std::uintptr_t>(high) << 32U) | low);
  Fiber& fiber = *self->fibers_[static_cast<std::size_t>(self->current_)];
  fiber.actor();
  fiber.has_ended = true;
  --self->running_;
  swapcontext(&fiber.context, &self->main_);
}

void Scheduler::spawn(std::function<void()> actor) {
  auto fiber = std::make_unique<Fiber>();
  fiber->actor = std::move(actor);
  if (spare_stacks.empty()) {
    fiber->stack.reset(new char[kStack]);
  } else {
    fiber->stack = std::move(spare_stacks.back());
    spare_stacks.pop_back();
  }
  getcontext(&fiber->context);
  fiber->context.uc_stack.ss_sp = fiber->stack.get();
  fiber->context.uc_stack.ss_size = kStack;
  const auto self = reinterpret_cast<std::uintptr_t>(this);
  makecontext(&fiber->context, reinterpret_cast<void (*)()>(begin), 2,
              static_cast<unsigned>(self >> 32U), static_cast<unsigned>(self));
  fibers_.push_back(std::move(fiber));
  ++running_;
}

int Scheduler::choose() {
  std::uint64_t nth = chance_.number(running_);
  for (std::size_t i = 0; i < fibers_.size(); ++i) {
    if (fibers_[i]->has_ended || nth-- > 0) continue;
    fingerprint_ = (fingerprint_ ^ i) * 1099511628211U;
    return static_cast<int>(i);
  }
  return -1;
}

void Scheduler::run() {
  while (running_ > 0) {
    current_ = choose();
    swapcontext(&main_, &fibers_[static_cast<std::size_t>(current_)]->context);
    current_ = -1;
  }
}

void Scheduler::yield() {
  if (current_ < 0) return;
  const int next = choose();
  if (next == current_) return;
  Fiber& from = *fibers_[static_cast<std::size_t>(std::exchange(current_, next))];
  swapcontext(&from.context, &fibers_[static_cast<std::size_t>(next)]->context);
}

}  // namespace shaman::sim
