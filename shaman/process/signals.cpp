// SPDX-License-Identifier: GPL-3.0-or-later
#include "process/signals.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <exception>
#include <utility>

#include <pthread.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

namespace shaman::program {
namespace {

// SIGUSR1 is only ever sent by this class, to wake its thread.
sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1})
    sigaddset(&set, signal);
  return set;
}

void hang_up(const SignalWatcher::Actions& actions) {
  try {
    actions.hang_up();
  } catch (const std::exception& error) {
    spdlog::error("cannot reload the configuration, which remains unchanged: {}",
                  text::printable(error.what()));
  }
}

// Acknowledged data do not depend on a storage that hangs, or on long queues to it.
[[noreturn]] void give_up() {
  spdlog::warn(
      "some work has not ended in time: the server exits without it. Nothing"
      " that was acknowledged is lost; the next start removes what is half done");
  spdlog::default_logger()->flush();
  ::_exit(0);
}

// Before there is any work to end in order: opening a storage may take minutes.
[[noreturn]] void end_early(int signal) {
  spdlog::info("signal {}: the server ends before it has started", signal);
  spdlog::default_logger()->flush();
  ::_exit(0);
}

}  // namespace

SignalWatcher::SignalWatcher() {
  const sigset_t set = watched_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A log reader that has ended must not end the server.
  std::signal(SIGPIPE, SIG_IGN);
  thread_ = std::thread([this] {
    os::name_this_thread("signals");
    watch();
  });
}

SignalWatcher::~SignalWatcher() {
  ending_ = true;
  wake();
  thread_.join();
}

void SignalWatcher::start(Actions actions) {
  {
    const std::lock_guard lock(mutex_);
    actions_ = std::move(actions);
  }
  wake();
}

void SignalWatcher::must_end_within(std::chrono::milliseconds time) {
  {
    const std::lock_guard lock(mutex_);
    deadline_ = Clock::now() + time;
  }
  wake();
}

void SignalWatcher::wake() {
  ::pthread_kill(thread_.native_handle(), SIGUSR1);
}

// 0: the time is over. -1: another condition must be checked.
int SignalWatcher::next_signal() {
  const sigset_t set = watched_signals();
  std::optional<Clock::time_point> deadline;
  {
    const std::lock_guard lock(mutex_);
    deadline = deadline_;
  }
  siginfo_t told{};
  int signal = 0;
  if (deadline) {
    const auto left =
        std::max(std::chrono::nanoseconds(0),
                 std::chrono::duration_cast<std::chrono::nanoseconds>(*deadline - Clock::now()));
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec wait{seconds.count(), (left - seconds).count()};
    signal = ::sigtimedwait(&set, &told, &wait);
    if (signal < 0 && errno == EAGAIN) return 0;
  } else {
    signal = ::sigwaitinfo(&set, &told);
  }
  return signal == SIGUSR1 ? -1 : signal;
}

void SignalWatcher::watch() {
  bool has_ended = false;
  bool hangs_up = false;
  while (!ending_) {
    const int signal = next_signal();
    const Actions* actions = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (actions_) actions = &*actions_;
    }
    // This is as safe for the store as kill -9.
    if (signal == 0) give_up();
    if (signal == SIGHUP) hangs_up = true;
    if (signal == SIGTERM || signal == SIGINT) {
      if (std::exchange(has_ended, true)) ::_exit(128 + signal);
      if (actions == nullptr) end_early(signal);
      actions->end(signal);
    }
    if (actions != nullptr && std::exchange(hangs_up, false) && !has_ended) hang_up(*actions);
  }
}

}  // namespace shaman::program
