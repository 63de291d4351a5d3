// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/client/transport.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "shaman/text.hpp"

namespace shaman::client {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;

namespace {

constexpr auto kQuietly = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kLongestProxyHead = 16 * 1024;
constexpr milliseconds kLongestPause{50};

// The addresses of a host's name; `is_done` is set last.
struct NameSearch {
  error_code error;
  std::vector<asio::ip::tcp::endpoint> found;
  std::atomic<bool> is_done = false;

  void run(const std::string& host, std::uint16_t port) {
    asio::io_context context;
    asio::ip::tcp::resolver resolver(context);
    for (const auto& each : resolver.resolve(host, std::to_string(port), error))
      found.push_back(each.endpoint());
    is_done = true;
  }
};

constexpr const char* kNotResolved = " cannot be resolved: ";

Error not_resolved(const std::string& host, const std::string& why) {
  return {errc::unreachable,
          "the name " + text::in_quotes(host) + kNotResolved + why +
              "; check its spelling, and that the VPN is on if the server needs one"};
}

}  // namespace

bool is_name_unknown(const Error& error) {
  return error.code == errc::unreachable && error.detail.find(kNotResolved) != std::string::npos;
}

Transport::Transport(asio::any_io_executor strand, Server server, HttpTimeouts timeouts)
    : strand_(std::move(strand)),
      server_(std::move(server)),
      timeouts_(timeouts),
      socket_(strand_),
      timer_(strand_) {}

void Transport::close() {
  if (tls_) tls_->finish();
  tls_.reset();
  error_code ignored;
  socket_.close(ignored);
}

asio::awaitable<result<void>> Transport::connect() {
  const BaseUrl& url = server_.url;
  const bool passes_proxy = server_.proxy && url.is_secure;
  const std::string& host = passes_proxy ? server_.proxy->host : url.host;
  const std::uint16_t port = passes_proxy ? server_.proxy->port : url.port;
  const std::string name =
      passes_proxy ? "the proxy " + host + ":" + std::to_string(port) : url.text();
  result<void> done = co_await connect_to(host, port, name);
  if (done && passes_proxy) done = co_await pass_proxy();
  if (done && url.is_secure) done = co_await secure();
  if (!done) close();
  co_return done;
}

asio::awaitable<result<void>> Transport::connect_to(const std::string& host, std::uint16_t port,
                                                    const std::string& name) {
  const result<std::vector<Endpoint>> addresses = co_await look_up(host, port);
  if (!addresses) co_return addresses.error();
  if (addresses->empty()) co_return not_resolved(host, "it has no address");
  std::string why;
  for (const Endpoint& address : *addresses) {
    close();
    error_code error;
    socket_.open(address.protocol(), error);
    if (!error) {
      socket_.non_blocking(true, error);
      using namespace asio::experimental::awaitable_operators;
      timer_.expires_after(timeouts_.connect);
      const auto first =
          co_await (socket_.async_connect(address, kQuietly) || timer_.async_wait(kQuietly));
      error =
          first.index() == 0 ? std::get<0>(std::get<0>(first)) : error_code(asio::error::timed_out);
    }
    if (!error) {
      error_code ignored;
      socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
      co_return result<void>();
    }
    why = error.message();
  }
  co_return Error{errc::unreachable, "no server answers at " + name + ": " + why};
}

// The system's look-up cannot be cancelled, and Asio waits for it when all else has ended: so it
// runs on a detached thread, and is polled from time to time.
asio::awaitable<result<std::vector<Transport::Endpoint>>> Transport::look_up(
    const std::string& host, std::uint16_t port) {
  error_code is_name;
  const asio::ip::address address = asio::ip::make_address(host, is_name);
  if (!is_name) co_return std::vector<Endpoint>{{address, port}};
  const auto search = std::make_shared<NameSearch>();
  std::thread([search, host, port] { search->run(host, port); }).detach();
  const auto until = std::chrono::steady_clock::now() + timeouts_.connect;
  for (milliseconds pause{1}; !search->is_done; pause = std::min(2 * pause, kLongestPause)) {
    if (std::chrono::steady_clock::now() >= until)
      co_return not_resolved(host, "DNS does not answer");
    timer_.expires_after(pause);
    co_await timer_.async_wait(asio::use_awaitable);
  }
  if (search->error)
    co_return not_resolved(host, search->error == asio::error::host_not_found
                                     ? "no such name is known"
                                     : search->error.message());
  co_return std::move(search->found);
}

asio::awaitable<result<void>> Transport::pass_proxy() {
  const BaseUrl& url = server_.url;
  const std::string host =
      url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
  const std::string where = host + ":" + std::to_string(url.port);
  std::string request = "CONNECT " + where + " HTTP/1.1\r\nHost: " + where + "\r\n";
  if (!server_.proxy->authorization.empty())
    request += "Proxy-Authorization: " + server_.proxy->authorization + "\r\n";
  const std::string proxy = "the proxy " + server_.proxy->host + " ";
  const result<void> asked = co_await write_all(request + "\r\n");
  if (!asked) co_return Error{errc::unreachable, proxy + asked.error().message()};
  const result<std::string> head = co_await read_head();
  if (!head) co_return Error{errc::unreachable, proxy + head.error().message()};
  const std::string status = head->substr(0, head->find("\r\n"));
  const bool is_through = status.starts_with("HTTP/1.") && status.substr(8).starts_with(" 2");
  if (is_through) co_return result<void>();
  co_return Error{errc::access_denied,
                  proxy + "refused to connect to " + where + ": " + text::printable(status)};
}

asio::awaitable<result<void>> Transport::write_all(std::string text) {
  std::span<const std::byte> left = std::as_bytes(std::span(text));
  while (!left.empty()) {
    std::size_t count = 0;
    const Now now = write_some(left, count);
    left = left.subspan(count);
    if (now == Now::moved) continue;
    if (now != Now::would_block) co_return Error{errc::unreachable, "broke off: " + failure_};
    if (!co_await wait(true, timeouts_.connect))
      co_return Error{errc::unreachable, "stopped receiving data"};
  }
  co_return result<void>();
}

// One byte at a time, so that no later byte is consumed.
asio::awaitable<result<std::string>> Transport::read_head() {
  std::string head;
  while (!head.ends_with("\r\n\r\n") && head.size() < kLongestProxyHead) {
    std::array<char, 1> next{};
    std::size_t count = 0;
    const Now now = read_some(next, count);
    if (now == Now::moved) {
      head += next[0];
      continue;
    }
    if (now == Now::ended) co_return Error{errc::unreachable, "closed the connection"};
    if (now == Now::failed) co_return Error{errc::unreachable, "broke off: " + failure_};
    if (!co_await wait(false, timeouts_.connect))
      co_return Error{errc::unreachable, "did not answer in time"};
  }
  co_return head;
}

asio::awaitable<result<void>> Transport::secure() {
  using Step = tls::Channel::Step;
  const std::string& host = server_.url.host;
  if (!server_.trust) {
    auto trust = tls::Trust::load({});
    if (!trust) co_return trust.error();
    server_.trust = *std::move(trust);
  }
  tls_.emplace(*server_.trust, host,
               static_cast<tls::Channel::NativeSocket>(socket_.native_handle()));
  for (;;) {
    const Step step = tls_->handshake();
    if (step == Step::done) co_return result<void>();
    if (step == Step::ended || step == Step::failed) break;
    if (!co_await wait(step == Step::wants_write, timeouts_.connect))
      co_return Error{errc::unreachable,
                      "TLS failed with " + server_.url.text() + ": it did not answer in time"};
  }
  std::string why = tls_->error();
  if (why.empty())
    co_return Error{errc::unreachable,
                    "TLS failed with " + server_.url.text() + ": it closed the connection"};
  if (why == "wrong version number") why = "it does not use TLS; try http://";
  if (why.find("certificate") != std::string::npos || why.find("mismatch") != std::string::npos)
    why +=
        "; trust the farm's certificate authority: `shaman` and `shaman-server check-manager` take "
        "it with --ca FILE or SHAMAN_CA, other programs from this machine's certificates "
        "(update-ca-certificates)";
  co_return Error{errc::access_denied, "TLS failed with " + server_.url.text() + ": " + why};
}

Transport::Now Transport::now_after(const error_code& error) {
  if (!error) return Now::moved;
  if (error == asio::error::would_block || error == asio::error::try_again) return Now::would_block;
  if (error == asio::error::eof) return Now::ended;
  failure_ = error.message();
  return Now::failed;
}

Transport::Now Transport::now_after(tls::Channel::Step step) {
  using Step = tls::Channel::Step;
  switch (step) {
    case Step::done:
      return Now::moved;
    case Step::wants_read:
    case Step::wants_write:
      return Now::would_block;
    case Step::ended:
      return Now::ended;
    case Step::failed:
      break;
  }
  failure_ = tls_->error().empty() ? "the network failed" : tls_->error();
  return Now::failed;
}

Transport::Now Transport::read_some(std::span<char> into, std::size_t& count) {
  if (tls_) return now_after(tls_->read(into, count));
  error_code error;
  count = socket_.read_some(asio::buffer(into.data(), into.size()), error);
  return now_after(error);
}

Transport::Now Transport::write_some(std::span<const std::byte> bytes, std::size_t& count) {
  if (tls_)
    return now_after(
        tls_->write({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, count));
  error_code error;
  count = socket_.write_some(asio::const_buffer(bytes.data(), bytes.size()), error);
  return now_after(error);
}

asio::awaitable<std::optional<Transport::Waited>> Transport::wait(bool for_writing,
                                                                  milliseconds patience) {
  using namespace asio::experimental::awaitable_operators;
  timer_.expires_after(patience);
  if (for_writing) {
    const auto first = co_await (socket_.async_wait(asio::socket_base::wait_read, kQuietly) ||
                                 socket_.async_wait(asio::socket_base::wait_write, kQuietly) ||
                                 timer_.async_wait(kQuietly));
    if (first.index() == 2) co_return std::nullopt;
    co_return Waited{first.index() == 0, first.index() == 1};
  }
  const auto first = co_await (socket_.async_wait(asio::socket_base::wait_read, kQuietly) ||
                               timer_.async_wait(kQuietly));
  if (first.index() == 1) co_return std::nullopt;
  co_return Waited{true, false};
}

}  // namespace shaman::client
