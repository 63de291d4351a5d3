// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

/// The Asio types of the HTTP server. Named with their executor, because the type-erased one costs
/// an allocation and an indirect call at each step.
namespace shaman::http {

namespace asio = boost::asio;
using boost::system::error_code;

/// One per connection: all work of the connection runs on it, one step at a time.
using Strand = asio::strand<asio::io_context::executor_type>;
using UseAwaitable = asio::use_awaitable_t<Strand>;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Strand>;
using Clock = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Strand>;

template <class T = void>
using Task = asio::awaitable<T, Strand>;

/// `auto [error, …] = co_await x.async_y(…, kTuple)`: failures of the network are values.
inline constexpr asio::as_tuple_t<UseAwaitable> kTuple{};

}  // namespace shaman::http
