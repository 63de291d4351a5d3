// SPDX-License-Identifier: GPL-3.0-or-later
#include "signals.hpp"

#include <csignal>
#include <utility>

#include <pthread.h>
#include <unistd.h>

namespace shaman::program {
namespace {

// SIGUSR1 is only ever sent by the destructor, to wake the thread.
sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1})
    sigaddset(&set, signal);
  return set;
}

}  // namespace

SignalWatcher::SignalWatcher() {
  const sigset_t set = watched_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A log reader that went away, or a terminal that was closed, must not end the server.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
}

SignalWatcher::~SignalWatcher() {
  ending_ = true;
  if (!thread_.joinable()) return;
  ::pthread_kill(thread_.native_handle(), SIGUSR1);
  thread_.join();
}

void SignalWatcher::start(std::function<void(int)> on_first) {
  thread_ = std::thread([this, on_first = std::move(on_first)] { watch(on_first); });
}

void SignalWatcher::watch(const std::function<void(int)>& on_first) {
  const sigset_t set = watched_signals();
  bool seen = false;
  while (!ending_) {
    int signal = 0;
    if (::sigwait(&set, &signal) != 0 || signal == SIGUSR1) continue;
    // The store is as safe from this as from a kill -9.
    if (std::exchange(seen, true)) ::_exit(128 + signal);
    on_first(signal);
  }
}

}  // namespace shaman::program
