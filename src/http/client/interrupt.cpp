// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/client/interrupt.hpp"

#include <atomic>
#include <csignal>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

namespace shaman::client {

namespace asio = boost::asio;

namespace {

std::atomic<int> last_signal = 0;

}  // namespace

struct InterruptWatch::Impl {
  asio::io_context context;
  asio::signal_set signals{context, SIGINT, SIGTERM};
  std::stop_source source;
  std::thread thread;
};

InterruptWatch::InterruptWatch() : impl_(std::make_unique<Impl>()) {
#ifdef SIGBREAK
  impl_->signals.add(SIGBREAK);
#endif
  impl_->signals.async_wait(
      [impl = impl_.get()](const boost::system::error_code& error, int signal) {
        if (error) return;
        last_signal = signal;
        impl->signals.clear();  // the next one has its usual effect
        impl->source.request_stop();
      });
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
