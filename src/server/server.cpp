// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/http/server.hpp"

#include <atomic>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "async/run_on.hpp"
#include "http/address_counts.hpp"
#include "http/client_address.hpp"
#include "http/endpoint_text.hpp"
#include "server/access/running_requests.hpp"
#include "server/handlers.hpp"
#include "server/health/manager_state.hpp"
#include "server/reverse_proxy.hpp"
#include "server/session.hpp"

namespace shaman::http {
namespace {

using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Strand>;
using Endpoint = asio::ip::tcp::endpoint;

constexpr std::chrono::milliseconds kDeadlineTick{200};
// A request that is no longer allowed is cut off within two of these.
constexpr std::chrono::seconds kAdmissionTick{1};
constexpr std::chrono::milliseconds kAcceptRetry{200};
// Connections beyond this number are closed without an answer.
constexpr std::size_t kRefusalsAtOnce = 64;
constexpr std::size_t kPlacesOfThoseWhoGo = 64;

Error cannot_listen(const std::string& where, const error_code& error) {
  std::string what = "cannot listen on " + text::printable(where) + ": " + error.message();
  if (error == asio::error::address_in_use)
    what += "; another program has this port: choose another one, or stop it";
  if (error == asio::error::access_denied)
    what += "; ports below 1024 need the right CAP_NET_BIND_SERVICE";
  // Any other error: the address does not belong to this machine.
  const bool is_for_now =
      error == asio::error::address_in_use || error == asio::error::access_denied;
  return {is_for_now ? errc::io_error : errc::invalid_argument, std::move(what)};
}

template <class AnyAcceptor>
result<void> bind_to(AnyAcceptor& acceptor, const Endpoint& endpoint) {
  error_code error;
  const auto step = [&](auto&& action) {
    if (!error) action();
  };
  step([&] { acceptor.open(endpoint.protocol(), error); });
  step([&] { acceptor.set_option(asio::socket_base::reuse_address(true), error); });
  // A specific IPv6 address means only itself: 0.0.0.0 is used only if it is requested.
  if (endpoint.address().is_v6() && !endpoint.address().is_unspecified())
    step([&] { acceptor.set_option(asio::ip::v6_only(true), error); });
  step([&] { acceptor.bind(endpoint, error); });
  if (error) return cannot_listen(to_text(endpoint), error);
  return {};
}

// The addresses of a name, as bind() takes them.
result<asio::ip::tcp::resolver::results_type> endpoints_of(asio::io_context& io,
                                                           const std::string& host,
                                                           std::uint16_t port) {
  error_code error;
  asio::ip::tcp::resolver resolver(io);
  auto found =
      resolver.resolve(host, std::to_string(port), asio::ip::tcp::resolver::passive, error);
  if (error) return cannot_listen(host + ":" + std::to_string(port), error);
  return found;
}

constexpr std::string_view kTooManyConnections =
    "this server has as many connections as it can serve: try again later";
constexpr std::string_view kTooManyOfOneAddress =
    "your address has as many connections to this server as one may have: use fewer, or try again "
    "later";

// Connections that wait for the Manager cannot be closed to make room for others.
constexpr std::size_t kConnectionsPerPlace = 4;

std::string address_of(const Socket& socket) {
  error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  return error ? std::string() : endpoint.address().to_string();
}

}  // namespace

struct Server::Impl {
  Impl(Store& store, Checkouts& checkouts, ServerPools pools, ServerOptions options_in)
      : io_threads(options_in.io_threads),
        router(make_router()),
        buffers(options_in.limits.buffer_bytes, options_in.limits.piece_bytes),
        json_first(options_in.limits.json_budget / 4),
        json_rest(options_in.limits.json_budget - options_in.limits.json_budget / 4),
        handshakes(options_in.limits.handshakes),
        // A call that changes something cannot be undone.
        passed_on(std::min(options_in.limits.passed_on,
                           (options_in.limits.connections + kConnectionsPerPlace - 1) /
                               kConnectionsPerPlace),
                  FairBudget::MostOfOne::as_much_as_is_left),
        ingests((pools.disk.threads() + 1) / 2, FairBudget::MostOfOne::as_much_as_is_left),
        looks(store.traits().answers_at_once),
        options(std::move(options_in)),
        services{store,   checkouts,     pools,     options,    router,    connections,
                 buffers, json_first,    json_rest, handshakes, passed_on, ingests,
                 looks,   rare_warnings, running,   figures},
        control(asio::make_strand(io)),
        timer(control),
        admission_timer(control),
        beat_timer(control) {
    services.remarks = &remarks;
    services.manager = &manager;
    services.ingest_secret = store.random_secret();
  }

  result<void> bind(const Endpoint& endpoint);
  Task<> accept(Acceptor& acceptor);
  Task<> watch_deadlines();
  Task<> watch_admissions();
  Task<> beat();
  Task<> shut_down();
  void admit(Socket socket);
  [[nodiscard]] std::shared_ptr<AddressCounts::Seat> seat_for(const std::string& address,
                                                              bool& is_full);
  void run_io_thread();

  const std::size_t io_threads;
  Router router;
  ConnectionTable connections;
  AddressCounts addresses;
  BufferPool buffers;
  FairBudget json_first;
  FairBudget json_rest;
  FairBudget handshakes;
  FairBudget passed_on;
  FairBudget ingests;
  InlineLookupPolicy looks;
  RareWarnings rare_warnings;
  RunningRequests running;
  Figures figures;
  Remarks remarks;
  ManagerState manager;
  CurrentOptions options;
  Services services;
  asio::io_context io;
  Strand control;  // only this uses acceptors and timer once run() has begun
  Timer timer;
  Timer admission_timer;
  Timer beat_timer;
  std::chrono::milliseconds beat_period{0};
  std::function<void()> on_beat;
  std::deque<Acceptor> acceptors;
  std::shared_ptr<ReverseProxy> reverse_proxy;  // its sockets are destroyed before the io_context
  std::atomic<std::size_t> refusals{0};
  std::mutex stopping;
};

result<void> Server::Impl::bind(const Endpoint& endpoint) {
  Acceptor acceptor(control);
  if (auto bound = bind_to(acceptor, endpoint); !bound) return bound;
  error_code error;
  acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return cannot_listen(to_text(endpoint), error);
  acceptors.push_back(std::move(acceptor));
  return {};
}

// If there is no place, an idle connection is closed: one of the newcomer's own address, if that
// has too many, else one of the client that has most.
std::shared_ptr<AddressCounts::Seat> Server::Impl::seat_for(const std::string& address,
                                                            bool& is_full) {
  const auto now = options.get();
  const bool is_proxy = now->trusted_proxies.contains(address);
  const std::size_t most = is_proxy ? now->limits.connections : now->limits.connections_per_address;
  const std::string client = client_of_address(address);
  is_full = connections.size() >= now->limits.connections && !connections.make_room_for(client);
  if (is_full) return nullptr;
  if (auto seat = addresses.enter(client, most)) return seat;
  if (!connections.close_one_of(client)) return nullptr;
  // The place of the closing connection counts twice until it has ended.
  return addresses.enter(client, most + kPlacesOfThoseWhoGo);
}

void Server::Impl::admit(Socket socket) {
  const Strand strand = socket.get_executor();
  bool is_full = false;
  auto seat = seat_for(address_of(socket), is_full);
  if (seat) {
    asio::co_spawn(strand, serve_connection(std::move(socket), services, std::move(seat)),
                   [](const std::exception_ptr&) {});
    return;
  }
  if (refusals.fetch_add(1) >= kRefusalsAtOnce) {
    --refusals;
    return;
  }
  asio::co_spawn(strand,
                 refuse_connection(std::move(socket), services,
                                   is_full ? kTooManyConnections : kTooManyOfOneAddress),
                 [this](const std::exception_ptr&) { --refusals; });
}

// The pools do long work: these threads are for short answers.
void Server::Impl::run_io_thread() {
  os::raise_thread_priority();
  for (;;) {
    try {
      io.run();
      return;
    } catch (const std::exception& error) {
      // An exception of one handler, which has ended; the others continue.
      spdlog::error("an event on the network was not handled: {}", text::printable(error.what()));
    }
  }
}

Task<> Server::Impl::accept(Acceptor& acceptor) {
  Timer pause(control);
  bool complained = false;
  while (!connections.is_stopping()) {
    auto [error, socket] = co_await acceptor.async_accept(asio::make_strand(io), kTuple);
    if (!error) {
      complained = false;
      admit(std::move(socket));
      continue;
    }
    if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) co_return;
    // A lack of descriptors or memory passes; a client that is already gone is not an error.
    if (error == asio::error::connection_aborted) continue;
    if (!std::exchange(complained, true))
      spdlog::warn("cannot accept connections for the moment: {}", error.message());
    pause.expires_after(kAcceptRetry);
    co_await pause.async_wait(kTuple);
  }
}

Task<> Server::Impl::watch_deadlines() {
  while (!connections.is_stopping() || connections.size() > 0) {
    timer.expires_after(kDeadlineTick);
    co_await timer.async_wait(kTuple);
    const auto now = Clock::now();
    connections.check(now);
    // Not places at the Manager: who waits for its answer, or listens in a tunnel, moves no bytes
    // and is not slow.
    for (FairBudget* const budget : {&json_first, &json_rest, &handshakes})
      budget->relieve(now);
    if (reverse_proxy) reverse_proxy->check(now);
  }
}

// On the pool: a token file may be on a disk that is slow.
Task<> Server::Impl::watch_admissions() {
  while (!connections.is_stopping() || connections.size() > 0) {
    admission_timer.expires_after(kAdmissionTick);
    co_await admission_timer.async_wait(kTuple);
    const auto now = options.get();
    co_await run_on(services.pools.quick, control, [this, &now] {
      if (now->access) now->access->look_again();
      running.check(*now);
      return true;
    });
  }
}

Task<> Server::Impl::beat() {
  while (!connections.is_stopping() || connections.size() > 0) {
    on_beat();
    beat_timer.expires_after(beat_period);
    co_await beat_timer.async_wait(kTuple);
  }
}

Task<> Server::Impl::shut_down() {
  for (Acceptor& acceptor : acceptors) {
    error_code ignored;  // it is closed in any case
    acceptor.close(ignored);
  }
  connections.stop();
  const auto grace = options.get()->timeouts.grace;
  const auto until = Clock::now() + grace;
  Timer pause(control);
  bool announced = false;
  while (connections.size() > 0 && Clock::now() < until) {
    if (!std::exchange(announced, true))
      spdlog::info("stopping: waiting up to {:.0f} s for {}",
                   std::chrono::duration<double>(grace).count(),
                   text::count_of(connections.size(), "connection", "connections"));
    pause.expires_after(std::chrono::milliseconds(20));
    co_await pause.async_wait(kTuple);
  }
  if (connections.size() > 0)
    spdlog::warn("stopping: cutting off {}",
                 text::count_of(connections.size(), "connection", "connections"));
  connections.cancel();
  if (reverse_proxy) reverse_proxy->cancel();
  timer.cancel();
  admission_timer.cancel();
  beat_timer.cancel();
}

Server::Server(Store& store, Checkouts& checkouts, ServerPools pools, ServerOptions options)
    : impl_(std::make_unique<Impl>(store, checkouts, pools, std::move(options))) {}

Server::~Server() {
  const std::lock_guard wait_for_stop(impl_->stopping);
}

void Server::pass_on(std::shared_ptr<ReverseProxy> reverse_proxy) {
  impl_->reverse_proxy = std::move(reverse_proxy);
  impl_->services.reverse_proxy = impl_->reverse_proxy.get();
}

void Server::set_remarks(std::vector<std::string> remarks) {
  impl_->remarks.set(std::move(remarks));
}

void Server::set_manager_problem(std::string problem) {
  impl_->manager.set(std::move(problem));
}

void Server::add_figures(std::function<void(metrics::Page&)> write) {
  impl_->figures.further.push_back(std::move(write));
}

void Server::beat_every(std::chrono::milliseconds period, std::function<void()> beat) {
  impl_->beat_period = period;
  impl_->on_beat = std::move(beat);
}

result<void> Server::listen(const std::string& host, std::uint16_t port) {
  const auto found = endpoints_of(impl_->io, host, port);
  if (!found) return found.error();
  for (const auto& entry : *found) {
    Endpoint endpoint = entry.endpoint();
    if (port == 0 && !impl_->acceptors.empty())
      endpoint.port(impl_->acceptors.front().local_endpoint().port());
    if (auto bound = impl_->bind(endpoint); !bound) return bound;
  }
  return {};
}

result<void> can_listen(const std::string& host, std::uint16_t port) {
  asio::io_context io;
  const auto found = endpoints_of(io, host, port);
  if (!found) return found.error();
  for (const auto& entry : *found) {
    asio::ip::tcp::acceptor acceptor(io);
    if (auto bound = bind_to(acceptor, entry.endpoint()); !bound) return bound;
  }
  return {};
}

std::vector<std::string> Server::addresses() const {
  std::vector<std::string> addresses;
  for (const Acceptor& acceptor : impl_->acceptors)
    addresses.push_back(to_text(acceptor.local_endpoint()));
  return addresses;
}

bool Server::is_reachable_from_outside() const {
  for (const Acceptor& acceptor : impl_->acceptors)
    if (!acceptor.local_endpoint().address().is_loopback()) return true;
  return false;
}

void Server::reload(ServerOptions options) {
  impl_->options.set(std::move(options));
}

void Server::run() {
  if (!impl_->reverse_proxy) add_manager_calls(impl_->router);
  impl_->figures.requests.begin(impl_->router.names());
  for (Acceptor& acceptor : impl_->acceptors)
    asio::co_spawn(impl_->control, impl_->accept(acceptor), asio::detached);
  asio::co_spawn(impl_->control, impl_->watch_deadlines(), asio::detached);
  asio::co_spawn(impl_->control, impl_->watch_admissions(), asio::detached);
  if (impl_->on_beat) asio::co_spawn(impl_->control, impl_->beat(), asio::detached);
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < impl_->io_threads; ++i)
    threads.emplace_back([this, i] {
      os::name_this_thread("network-" + std::to_string(i));
      impl_->run_io_thread();
    });
  impl_->run_io_thread();
  for (std::thread& thread : threads)
    thread.join();
}

void Server::stop() {
  // run() can return, and the server be destroyed, before the next line has ended.
  const std::lock_guard lock(impl_->stopping);
  asio::co_spawn(impl_->control, impl_->shut_down(), asio::detached);
}

}  // namespace shaman::http
