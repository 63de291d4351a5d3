// SPDX-License-Identifier: GPL-3.0-or-later
#include "process/run_as.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shaman/text.hpp"

#include "protocol/checkout_path.hpp"

namespace shaman::program {
namespace {

Error cannot_become(const std::string& user) {
  return {errc::io_error, "cannot continue as " + user + ": " + std::strerror(errno)};
}

// A file system such as ext4 keeps a share of its blocks for whoever has this. Without it, nothing
// that the storage's reserve gives reaches a user while root's files take that share.
constexpr unsigned kRootsShare = CAP_SYS_RESOURCE;

struct Capabilities {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
};

// Root in a container may lack it.
bool may_use_roots_share() {
  Capabilities all;
  return ::syscall(SYS_capget, &all.header, all.sets.data()) == 0 &&
         (all.sets[CAP_TO_INDEX(kRootsShare)].permitted & CAP_TO_MASK(kRootsShare)) != 0;
}

bool keep_roots_share_alone() {
  Capabilities only;
  __user_cap_data_struct& set = only.sets[CAP_TO_INDEX(kRootsShare)];
  set.permitted = set.effective = CAP_TO_MASK(kRootsShare);
  return ::syscall(SYS_capset, &only.header, only.sets.data()) == 0;
}

// Changes the user; of root's capabilities, at most the one for its share of the disk stays.
bool become(uid_t user) {
  const bool keeps = may_use_roots_share() && ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0;
  if (::setuid(user) != 0) return false;
  return !keeps || keep_roots_share_alone();
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
  if (grouped != 0 || ::setgid(group) != 0 || !become(found.st_uid))
    return cannot_become(user.text());
  return "continues as " + user.text() + ", who owns " + text::in_quotes(folder);
}

void take_umask_of_servers(const std::string& storage, const std::string& servers_folder) {
  struct stat last {};
  std::error_code error;
  const std::string staging = storage + "/" + servers_folder + "/staging";
  for (std::filesystem::directory_iterator each(staging, error), end; !error && each != end;
       each.increment(error)) {
    struct stat found {};
    if (::lstat(each->path().c_str(), &found) == 0 && S_ISDIR(found.st_mode) &&
        found.st_mtime >= last.st_mtime)
      last = found;
  }
  if (last.st_mode == 0 && ::stat((storage + "/jobs").c_str(), &last) != 0) return;
  ::umask(~last.st_mode & (S_IRWXG | S_IRWXO));
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
