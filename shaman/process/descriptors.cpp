// SPDX-License-Identifier: GPL-3.0-or-later
#include "process/descriptors.hpp"

#include <algorithm>
#include <string>

#include <sys/resource.h>

namespace shaman::program {
namespace {

// A socket, and a temporary file or a folder.
constexpr std::size_t kPerConnection = 2;
// For walking folders, flushes, refused connections, locks and the program itself.
constexpr std::size_t kReserve = 256;

}  // namespace

result<std::size_t> raise_descriptor_limit(std::size_t required) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return Error{errc::io_error, "the limit of file descriptors cannot be read"};
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0 && ::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return Error{errc::io_error, "the limit of file descriptors cannot be raised"};
  const std::size_t descriptors =
      limit.rlim_cur == RLIM_INFINITY ? std::size_t{1} << 30 : limit.rlim_cur;
  const std::size_t usable = descriptors > kReserve ? descriptors - kReserve : 0;
  const std::size_t fitting = usable / kPerConnection;
  const std::size_t least = std::max<std::size_t>(required, 1);
  if (fitting >= least) return fitting;
  return Error{errc::limit_exceeded,
               "this process may open " + std::to_string(descriptors) +
                   " files, which is too few for " + std::to_string(least) +
                   " connections: raise the limit to " +
                   std::to_string(kPerConnection * least + kReserve) +
                   " (`ulimit -Hn`, or LimitNOFILE= in a systemd unit), or give a smaller"
                   " --max-connections"};
}

}  // namespace shaman::program
