// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/client/network.hpp"

#include <algorithm>
#include <thread>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/system/system_error.hpp>

namespace shaman::client {

namespace asio = boost::asio;

namespace {

using Guard = asio::executor_work_guard<asio::io_context::executor_type>;

// Cancels one coroutine.
struct Lane : std::enable_shared_from_this<Lane> {
  explicit Lane(Network::Strand on) : strand(std::move(on)) {}

  void listen(const std::stop_token& stop) {
    on_stop.emplace(stop, [weak = weak_from_this()] {
      const std::shared_ptr<Lane> self = weak.lock();
      if (!self) return;
      // A cancellation signal must be emitted on the strand of its coroutine.
      asio::post(self->strand, [self] { self->signal.emit(asio::cancellation_type::terminal); });
    });
  }

  Network::Strand strand;
  asio::cancellation_signal signal;
  std::optional<std::stop_callback<std::function<void()>>> on_stop;
};

bool is_cancellation(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    return error.code() == asio::error::operation_aborted;
  } catch (const asio::multiple_exceptions& several) {
    // From operations that were awaited in parallel.
    return is_cancellation(several.first_exception());
  } catch (...) {
    return false;
  }
}

}  // namespace

struct Network::Impl {
  asio::io_context context;
  std::optional<Guard> guard;
  std::vector<std::thread> threads;
};

Network::Network(std::size_t threads) : impl_(std::make_unique<Impl>()) {
  impl_->guard.emplace(impl_->context.get_executor());
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i)
    impl_->threads.emplace_back([impl = impl_.get()] { impl->context.run(); });
}

Network::~Network() {
  impl_->guard.reset();
  impl_->context.stop();
  for (std::thread& thread : impl_->threads)
    thread.join();
}

Network::Strand Network::make_strand() {
  return asio::make_strand(impl_->context);
}

std::future<result<void>> Network::start(const Strand& strand, std::stop_token stop, Task task) {
  auto lane = std::make_shared<Lane>(strand);
  auto promise = std::make_shared<std::promise<result<void>>>();
  std::future<result<void>> future = promise->get_future();
  lane->listen(stop);

  auto done = [lane, promise](const std::exception_ptr& failure) {
    lane->on_stop.reset();
    if (!failure) {
      promise->set_value({});
    } else if (is_cancellation(failure)) {
      promise->set_value(Error{errc::cancelled, {}});
    } else {
      promise->set_exception(failure);
    }
  };
  // On the strand, so that a stop either is seen here or finds the coroutine's slot in place.
  asio::post(strand, [lane, promise, stop = std::move(stop), task = std::move(task),
                      done = std::move(done)]() mutable {
    if (stop.stop_requested()) {
      promise->set_value(Error{errc::cancelled, {}});
      return;
    }
    asio::co_spawn(lane->strand, std::move(task),
                   asio::bind_cancellation_slot(lane->signal.slot(), std::move(done)));
  });
  return future;
}

}  // namespace shaman::client
