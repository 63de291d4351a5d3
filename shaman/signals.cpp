// SPDX-License-Identifier: GPL-3.0-or-later
#include "signals.hpp"

#include <csignal>
#include <exception>
#include <utility>

#include <pthread.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "shaman/text.hpp"

namespace shaman::program {
namespace {

// SIGUSR1 is only ever sent by the destructor, to wake the thread.
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
    spdlog::error("the configuration cannot be read again, and stays as it was: {}",
                  text::printable(error.what()));
  }
}

}  // namespace

SignalWatcher::SignalWatcher() {
  const sigset_t set = watched_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A log reader that went away must not end the server.
  std::signal(SIGPIPE, SIG_IGN);
}

SignalWatcher::~SignalWatcher() {
  ending_ = true;
  if (!thread_.joinable()) return;
  ::pthread_kill(thread_.native_handle(), SIGUSR1);
  thread_.join();
}

void SignalWatcher::start(Actions actions) {
  thread_ = std::thread([this, actions = std::move(actions)] { watch(actions); });
}

void SignalWatcher::watch(const Actions& actions) {
  const sigset_t set = watched_signals();
  bool seen = false;
  while (!ending_) {
    int signal = 0;
    if (::sigwait(&set, &signal) != 0 || signal == SIGUSR1) continue;
    if (signal == SIGHUP) {
      if (!seen) hang_up(actions);
      continue;
    }
    // The store is as safe from this as from a kill -9.
    if (std::exchange(seen, true)) ::_exit(128 + signal);
    actions.end(signal);
  }
}

}  // namespace shaman::program
