// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/load/echo_server.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace shaman::bench {
namespace {

constexpr std::string_view kResponse =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 22\r\n\r\n"
    "{\"status\": \"unknown\"}\n";

void watch(const FileDescriptor& epoll, int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  check(::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl");
}

}  // namespace

EchoServer::EchoServer()
    : listener_(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")),
      stop_(check(::eventfd(0, EFD_CLOEXEC), "eventfd")),
      epoll_(check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  check(::bind(listener_.get(), generic, length), "bind");
  check(::listen(listener_.get(), SOMAXCONN), "listen");
  check(::getsockname(listener_.get(), generic, &length), "getsockname");
  endpoint_ = {"127.0.0.1", std::to_string(ntohs(address.sin_port)), ""};
  watch(epoll_, listener_.get());
  watch(epoll_, stop_.get());
  thread_ = std::thread([this] { serve(); });
}

EchoServer::~EchoServer() {
  const std::uint64_t one = 1;
  // The thread's only way to end; writing the first 1 to an eventfd cannot fail.
  (void)!::write(stop_.get(), &one, sizeof one);
  thread_.join();
}

void EchoServer::serve() {
  std::vector<FileDescriptor> connections;
  for (;;) {
    std::array<epoll_event, 64> events;
    const int ready = ::epoll_wait(epoll_.get(), events.data(), events.size(), -1);
    for (int i = 0; i < ready; ++i) {
      const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
      if (descriptor == stop_.get()) return;
      if (descriptor != listener_.get()) {
        answer(descriptor);
        continue;
      }
      FileDescriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!connection.is_open()) continue;
      const int on = 1;
      ::setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      watch(epoll_, connection.get());
      connections.push_back(std::move(connection));
    }
  }
}

// The load's requests are one segment each: the end of the received bytes is the end of the
// request.
void EchoServer::answer(int connection) {
  std::array<char, 4096> request;
  const ssize_t got = ::recv(connection, request.data(), request.size(), 0);
  if (got <= 0) {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, connection, nullptr);
    return;
  }
  if (std::string_view(request.data(), static_cast<std::size_t>(got)).ends_with("\r\n\r\n"))
    ::send(connection, kResponse.data(), kResponse.size(), MSG_NOSIGNAL);
}

}  // namespace shaman::bench
