// SPDX-License-Identifier: GPL-3.0-or-later
#include "run_as.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shaman/text.hpp"

namespace shaman::program {
namespace {

Error cannot_become(const std::string& user) {
  return {errc::io_error, "cannot continue as " + user + ": " + std::strerror(errno)};
}

}  // namespace

result<std::string> become_owner_of(const std::string& folder) {
  struct stat found {};
  if (::geteuid() != 0 || ::lstat(folder.c_str(), &found) != 0 || found.st_uid == 0)
    return std::string();
  std::array<char, 16384> buffer;
  passwd entry{};
  passwd* known = nullptr;
  if (::getpwuid_r(found.st_uid, &entry, buffer.data(), buffer.size(), &known) != 0)
    known = nullptr;
  const std::string user = known != nullptr ? "the user " + text::printable(known->pw_name)
                                            : "the user " + std::to_string(found.st_uid);
  const gid_t group = known != nullptr ? known->pw_gid : found.st_gid;
  const int grouped =
      known != nullptr ? ::initgroups(known->pw_name, group) : ::setgroups(1, &group);
  if (grouped != 0 || ::setgid(group) != 0 || ::setuid(found.st_uid) != 0)
    return cannot_become(user);
  return "continues as " + user + ", who owns " + text::in_quotes(folder);
}

}  // namespace shaman::program
