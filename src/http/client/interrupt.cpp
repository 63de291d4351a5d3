// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/client/interrupt.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

namespace shaman::client {

namespace asio = boost::asio;

namespace {

// A user who presses it again later knows that once was not enough.
constexpr std::chrono::seconds kClearlyLater{1};
// As shells report the end by a signal.
constexpr int kBySignal = 128;

std::atomic<int> last_signal = 0;

void call(const std::function<void()>& callback) {
  if (callback) callback();
}

}  // namespace

struct InterruptWatch::Impl {
  explicit Impl(Callbacks given) : callbacks(std::move(given)) {}

  const Callbacks callbacks;
  asio::io_context context;
  asio::signal_set signals{context, SIGINT, SIGTERM};
  asio::steady_timer timer{context};
  std::stop_source source;
  bool may_end = false;
  std::thread thread;

  void wait() {
    signals.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      take(signal);
      wait();
    });
  }

  void take(int signal) {
    if (source.stop_requested() && !may_end) return;
    last_signal = signal;
    if (may_end) {
      call(callbacks.is_last);
      std::_Exit(kBySignal + signal);
    }
    timer.expires_after(kClearlyLater);
    timer.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      may_end = true;
      call(callbacks.is_still_stopping);
    });
    call(callbacks.is_first);
    source.request_stop();
  }
};

InterruptWatch::InterruptWatch(Callbacks callbacks)
    : impl_(std::make_unique<Impl>(std::move(callbacks))) {
#ifdef SIGBREAK
  impl_->signals.add(SIGBREAK);
#endif
  impl_->wait();
  impl_->thread = std::thread([impl = impl_.get()] { impl->context.run(); });
}

InterruptWatch::~InterruptWatch() {
  impl_->context.stop();
  impl_->thread.join();
}

bool InterruptWatch::was_terminated() noexcept {
  return last_signal == SIGTERM;
}

std::stop_token InterruptWatch::token() const {
  return impl_->source.get_token();
}

}  // namespace shaman::client
