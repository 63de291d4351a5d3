// SPDX-License-Identifier: GPL-3.0-or-later
#include "log/system_log.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "shaman/text.hpp"

namespace shaman::program {
namespace {

constexpr const char* kSocket = "/dev/log";
constexpr const char* kProgram = "shaman-server";
// RFC 3164 lets a receiver cut longer lines.
constexpr std::size_t kLongest = 1000;

int severity(LogLevel level) {
  switch (level) {
    case LogLevel::info:
      return LOG_INFO;
    case LogLevel::warning:
      return LOG_WARNING;
    case LogLevel::error:
      break;
  }
  return LOG_ERR;
}

std::string name_of(::uid_t user) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> memory{};
  if (::getpwuid_r(user, &entry, memory.data(), memory.size(), &found) != 0 || found == nullptr)
    return "a user without a name";
  return text::printable(found->pw_name);
}

// Not to wait for a daemon that does not read.
bool send(const std::string& datagram) {
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return false;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(static_cast<char*>(address.sun_path), sizeof address.sun_path, "%s", kSocket);
  const auto sent = ::sendto(socket, datagram.data(), datagram.size(), MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::close(socket);
  return sent >= 0;
}

}  // namespace

bool write_system_log(LogLevel level, const std::string& line) {
  const std::string shown = text::shortened(text::printable(line), kLongest);
  // Without a time: the receiver has a clock.
  return send("<" + std::to_string(LOG_DAEMON | severity(level)) + ">" + kProgram + "[" +
              std::to_string(::getpid()) + "]: " + shown);
}

std::string caller() {
  const ::uid_t user = ::getuid();
  std::string who = name_of(user) + " (uid " + std::to_string(user) + ")";
  const char* const by_sudo = user == 0 ? std::getenv("SUDO_USER") : nullptr;
  if (by_sudo != nullptr) who += ", for " + text::printable(by_sudo);
  return who;
}

}  // namespace shaman::program
