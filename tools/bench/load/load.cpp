// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/load/load.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <map>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

#include <sys/epoll.h>

#include "bench/figures/stopwatch.hpp"
#include "bench/load/connection.hpp"
#include "bench/load/posix.hpp"

namespace shaman::bench {
namespace {

constexpr int kGiveUpAfterMilliseconds = 120'000;

class Driver {
 public:
  Driver(const Endpoint& server, std::span<const Request> requests, const LoadShape& shape)
      : address_(Address::resolve(server)),
        requests_(requests),
        shape_(shape),
        count_(shape.count == 0 ? requests.size() : shape.count),
        epoll_(check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {
    slots_.resize(std::min(shape.connections, count_));
    for (Slot& slot : slots_)
      connect(slot);
  }

  LoadResult run() {
    LoadResult result;
    result.outcomes.reserve(shape_.stop ? 0 : count_);
    const Stopwatch watch;
    for (Slot& slot : slots_)
      next(slot, result);
    while (under_way_ > 0)
      wait(result);
    result.seconds = watch.seconds();
    return result;
  }

 private:
  struct Slot {
    std::unique_ptr<Connection> connection;
    std::size_t outcome = 0;
    std::uint32_t events = 0;
    bool met = false;  // has been halfway, see LoadShape::meet_halfway
  };

  void connect(Slot& slot) {
    slot.connection = std::make_unique<Connection>(address_);
    slot.events = EPOLLIN;
    epoll_event event{};
    event.events = slot.events;
    event.data.ptr = &slot;
    check(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, slot.connection->socket(), &event), "epoll_ctl");
  }

  void next(Slot& slot, LoadResult& result) {
    if (started_ == count_ || stopped_) return listen(slot);
    if (!slot.connection->is_usable()) connect(slot);
    slot.outcome = started_++;
    result.outcomes.emplace_back();
    ++under_way_;
    slot.connection->start(requests_[slot.outcome % requests_.size()],
                           shape_.meet_halfway && !slot.met);
    send(slot);
  }

  void send(Slot& slot) {
    slot.connection->send();
    listen(slot);
    if (slot.connection->is_halfway()) meet(slot);
  }

  // The last one to get halfway lets all continue.
  void meet(Slot& slot) {
    if (std::exchange(slot.met, true) || ++met_ < slots_.size()) return;
    for (Slot& each : slots_) {
      each.connection->pass_halfway();
      listen(each);
    }
  }

  // Waits for a writable socket only while there is more to send.
  void listen(Slot& slot) {
    const std::uint32_t events = slot.connection->wants_to_send() ? EPOLLIN | EPOLLOUT : EPOLLIN;
    if (events == slot.events) return;
    slot.events = events;
    epoll_event event{};
    event.events = events;
    event.data.ptr = &slot;
    check(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, slot.connection->socket(), &event), "epoll_ctl");
  }

  void wait(LoadResult& result) {
    std::array<epoll_event, 64> events;
    const int ready =
        ::epoll_wait(epoll_.get(), events.data(), events.size(), kGiveUpAfterMilliseconds);
    if (ready < 0 && errno == EINTR) return;
    check(ready, "epoll_wait");
    if (ready == 0) throw std::runtime_error("the server has moved no byte for two minutes");
    for (int i = 0; i < ready; ++i)
      on_event(*static_cast<Slot*>(events[static_cast<std::size_t>(i)].data.ptr),
               events[static_cast<std::size_t>(i)].events, result);
  }

  void on_event(Slot& slot, std::uint32_t events, LoadResult& result) {
    if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) {
      const Connection::Progress progress = slot.connection->receive();
      if (progress != Connection::Progress::waiting) return finish(slot, result);
    }
    if (slot.connection->wants_to_send()) send(slot);
  }

  void finish(Slot& slot, LoadResult& result) {
    if (!slot.connection->is_busy()) {
      // Closed while idle; connects again when there is something to send.
      slot.connection->close();
      return;
    }
    result.outcomes[slot.outcome] = slot.connection->take_outcome(shape_.keep_bodies);
    --under_way_;
    if (shape_.meet_halfway) meet(slot);  // an early answer must not keep the others waiting
    if (shape_.stop && shape_.stop()) stopped_ = true;
    if (shape_.pause > 0 && !stopped_)
      std::this_thread::sleep_for(std::chrono::duration<double>(shape_.pause));
    next(slot, result);
  }

  const Address address_;
  const std::span<const Request> requests_;
  const LoadShape& shape_;
  const std::size_t count_;
  FileDescriptor epoll_;
  std::vector<Slot> slots_;
  std::size_t started_ = 0;
  std::size_t under_way_ = 0;
  std::size_t met_ = 0;
  bool stopped_ = false;
};

}  // namespace

Endpoint Endpoint::parse(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme))
    throw std::invalid_argument("the server's URL must begin with http://");
  url.remove_prefix(kScheme.size());
  Endpoint endpoint;
  const std::size_t slash = std::min(url.find('/'), url.size());
  endpoint.prefix = url.substr(slash);
  while (endpoint.prefix.ends_with('/'))
    endpoint.prefix.pop_back();
  std::string_view authority = url.substr(0, slash);
  const std::size_t colon = authority.rfind(':');
  const std::size_t bracket = authority.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  endpoint.port = has_port ? authority.substr(colon + 1) : "80";
  if (has_port) authority = authority.substr(0, colon);
  if (authority.starts_with('[') && authority.ends_with(']'))
    authority = authority.substr(1, authority.size() - 2);
  endpoint.host = authority;
  if (endpoint.host.empty() || endpoint.port.empty())
    throw std::invalid_argument("the server's URL has no host or no port");
  return endpoint;
}

std::vector<double> LoadResult::latencies() const {
  std::vector<double> all;
  all.reserve(outcomes.size());
  for (const Outcome& outcome : outcomes)
    all.push_back(outcome.seconds);
  return all;
}

std::uint64_t LoadResult::body_sent() const {
  std::uint64_t sent = 0;
  for (const Outcome& outcome : outcomes)
    sent += outcome.body_sent;
  return sent;
}

std::size_t LoadResult::count(int status) const {
  return static_cast<std::size_t>(std::count_if(
      outcomes.begin(), outcomes.end(), [&](const Outcome& o) { return o.status == status; }));
}

std::size_t LoadResult::failures() const {
  return static_cast<std::size_t>(std::count_if(
      outcomes.begin(), outcomes.end(), [](const Outcome& o) { return o.status / 100 != 2; }));
}

std::string LoadResult::statuses() const {
  std::map<int, std::size_t> counts;
  for (const Outcome& outcome : outcomes)
    ++counts[outcome.status];
  std::string text;
  for (const auto& [status, count] : counts) {
    if (!text.empty()) text += ", ";
    text += status == 0 ? std::string("connection broke") : std::to_string(status);
    text += ": " + std::to_string(count);
  }
  return text;
}

LoadResult run_load(const Endpoint& server, std::span<const Request> requests,
                    const LoadShape& shape) {
  if (requests.empty()) throw std::invalid_argument("a load needs at least one request");
  return Driver(server, requests, shape).run();
}

}  // namespace shaman::bench
