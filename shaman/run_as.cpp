// SPDX-License-Identifier: GPL-3.0-or-later
#include "run_as.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shaman/text.hpp"

#include "protocol/checkout_path.hpp"

namespace shaman::program {
namespace {

Error cannot_become(const std::string& user) {
  return {errc::io_error, "cannot continue as " + user + ": " + std::strerror(errno)};
}

// From the system's user database.
struct User {
  std::string name;  // empty: the database does not have this number
  uid_t number = 0;
  gid_t group = 0;

  static User of(uid_t number) {
    std::array<char, 16384> buffer;
    passwd entry{};
    passwd* known = nullptr;
    if (::getpwuid_r(number, &entry, buffer.data(), buffer.size(), &known) != 0) known = nullptr;
    return known != nullptr ? User{known->pw_name, number, known->pw_gid} : User{{}, number, 0};
  }
  [[nodiscard]] std::string text() const {
    return "the user " + (name.empty() ? std::to_string(number) : text::printable(name));
  }
};

// Whether files that root makes in the folder belong to this user, too.
bool is_owner_of_new_files(const std::string& folder, uid_t user) {
  // A start removes leftovers of this name.
  std::string path = folder + "/" + std::string(protocol::kProbePrefix) + "XXXXXX";
  const int file = ::mkstemp(path.data());
  if (file < 0) return false;
  struct stat made {};
  const bool is_theirs = ::fstat(file, &made) == 0 && made.st_uid == user;
  ::close(file);
  ::unlink(path.c_str());
  return is_theirs;
}

}  // namespace

result<std::string> become_owner_of(const std::string& folder) {
  struct stat found {};
  if (::geteuid() != 0 || ::lstat(folder.c_str(), &found) != 0 || found.st_uid == 0)
    return std::string();
  const User user = User::of(found.st_uid);
  const bool is_known = !user.name.empty();
  const gid_t group = is_known ? user.group : found.st_gid;
  const int grouped = is_known ? ::initgroups(user.name.c_str(), group) : ::setgroups(1, &group);
  if (grouped != 0 || ::setgid(group) != 0 || ::setuid(found.st_uid) != 0)
    return cannot_become(user.text());
  return "continues as " + user.text() + ", who owns " + text::in_quotes(folder);
}

result<void> check_owned_by_user(const std::string& storage, const std::string& servers_folder) {
  if (::geteuid() != 0) return {};
  std::string folder = storage + "/" + servers_folder;
  struct stat found {};
  if (::lstat(folder.c_str(), &found) != 0) {
    // A storage will be made here, for the user who got the folder.
    folder = storage;
    if (::stat(folder.c_str(), &found) != 0) return {};
  }
  if (found.st_uid == 0) return {};
  if (is_owner_of_new_files(folder, found.st_uid)) return {};
  const User user = User::of(found.st_uid);
  const std::string name =
      user.name.empty() ? std::to_string(user.number) : text::printable(user.name);
  const std::string of_sudo = user.name.empty() ? "'#" + name + "'" : name;
  return Error{errc::not_a_store, "cannot use the storage folder " + text::in_quotes(storage) +
                                      ": it belongs to " + user.text() +
                                      ", who cannot use files that root creates in it; "
                                      "start the server with `sudo -u " +
                                      of_sudo + "`, or with `User=" + name +
                                      "` in its systemd unit"};
}

}  // namespace shaman::program
