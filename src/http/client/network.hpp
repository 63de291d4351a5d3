// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "shaman/error.hpp"

namespace shaman::client {

/// The threads on which the client's connections run. Reading a file blocks such a thread, so there
/// are several. All members may be called from any other thread.
class Network {
 public:
  using Strand = boost::asio::any_io_executor;
  using Task = std::function<boost::asio::awaitable<void>()>;

  explicit Network(std::size_t threads);
  /// Destroys the coroutines that are still running.
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  [[nodiscard]] Strand make_strand();

  /// Starts a coroutine on the strand; cancels it when `stop` is requested. The future then has
  /// errc::cancelled; its get() throws any other exception of the coroutine.
  [[nodiscard]] std::future<result<void>> start(const Strand& strand, std::stop_token stop,
                                                Task task);

  /// Runs a coroutine to its end, blocking the caller, and returns its result.
  template <class T>
  [[nodiscard]] result<T> run(const Strand& strand, std::stop_token stop,
                              const std::function<boost::asio::awaitable<result<T>>()>& body) {
    std::optional<result<T>> outcome;
    const Task task = [&]() -> boost::asio::awaitable<void> { outcome.emplace(co_await body()); };
    const result<void> done = start(strand, std::move(stop), task).get();
    if (!done) return done.error();
    return std::move(*outcome);
  }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman::client
