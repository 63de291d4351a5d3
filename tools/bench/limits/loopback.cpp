// SPDX-License-Identifier: GPL-3.0-or-later
// The throughput of a TCP connection within the machine, and the rest of it if one thread receives,
// hashes and writes: the simplest possible server.
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shaman/digest.hpp"

#include "bench/benches.hpp"
#include "bench/context.hpp"

namespace shaman::bench {
namespace {

constexpr std::size_t kPiece = 256 * 1024;

struct SocketPair {
  FileDescriptor sender;
  FileDescriptor receiver;
};

SocketPair connect_to_itself() {
  const FileDescriptor listener(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  check(::bind(listener.get(), generic, length), "bind");
  check(::listen(listener.get(), 1), "listen");
  check(::getsockname(listener.get(), generic, &length), "getsockname");
  SocketPair pair;
  pair.sender = FileDescriptor(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  check(::connect(pair.sender.get(), generic, length), "connect");
  pair.receiver = FileDescriptor(check(::accept(listener.get(), nullptr, nullptr), "accept"));
  return pair;
}

// Seconds until all of `data` has arrived and was passed to `take`.
double transfer(std::string_view data, const std::function<void(std::string_view)>& take) {
  SocketPair pair = connect_to_itself();
  std::vector<char> piece(kPiece);
  const Stopwatch watch;
  std::thread sender([&] {
    std::string_view left = data;
    while (!left.empty()) {
      const ssize_t sent = ::send(pair.sender.get(), left.data(), left.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      left.remove_prefix(static_cast<std::size_t>(sent));
    }
    pair.sender.close();
  });
  std::size_t received = 0;
  ssize_t got = 0;
  while ((got = ::recv(pair.receiver.get(), piece.data(), piece.size(), 0)) > 0) {
    take({piece.data(), static_cast<std::size_t>(got)});
    received += static_cast<std::size_t>(got);
  }
  const double seconds = watch.seconds();
  sender.join();
  if (received != data.size()) throw BenchFailed("not all bytes came through the loopback");
  return seconds;
}

void run(Context& context, Samples& samples) {
  const std::string_view data = context.content.shared(context.sizes.large_file);
  const auto rate = [&](double seconds) { return static_cast<double>(data.size()) / seconds; };
  samples.add("loopback", rate(transfer(data, [](std::string_view) {})));

  const FileDescriptor folder = context.fresh_folder();
  const FileDescriptor file(check(
      ::openat(folder.get(), "received", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), "create"));
  Sha256 hash;
  samples.add("loopback_hash_write", rate(transfer(data, [&](std::string_view piece) {
                hash.update(std::as_bytes(std::span(piece)));
                check(::write(file.get(), piece.data(), piece.size()), "write");
              })));
  check(::unlinkat(folder.get(), "received", 0), "unlink");
}

}  // namespace

const Bench kLoopback{"loopback",
                      Bench::Kind::limit,
                      "TCP within the machine, alone and with hashing and writing in one thread",
                      {{.id = "loopback",
                        .label = "loopback TCP, received and dropped",
                        .unit = Unit::bytes_per_second},
                       {.id = "loopback_hash_write",
                        .label = "loopback + SHA-256 + write in one thread",
                        .unit = Unit::bytes_per_second}},
                      run};

}  // namespace shaman::bench
