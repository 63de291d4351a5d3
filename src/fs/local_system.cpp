// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of LocalFileSystem beyond single files: listings, links, space, clocks.
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <memory>
#include <stdexcept>

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "shaman/fs/local.hpp"

#include "fs/local_resolve.hpp"

namespace shaman::fs {
namespace {

using local::CPath;
using local::Descriptor;
using local::last_error;
using local::Place;

struct CloseListing {
  void operator()(DIR* listing) const noexcept { ::closedir(listing); }
};

EntryType type_of(int folder, const dirent& entry) {
  switch (entry.d_type) {
    case DT_REG:
      return EntryType::regular;
    case DT_DIR:
      return EntryType::folder;
    case DT_LNK:
      return EntryType::link;
    case DT_UNKNOWN:
      break;
    default:
      return EntryType::other;
  }
  struct stat found {};
  if (::fstatat(folder, entry.d_name, &found, AT_SYMLINK_NOFOLLOW) != 0) return EntryType::other;
  if (S_ISREG(found.st_mode)) return EntryType::regular;
  if (S_ISDIR(found.st_mode)) return EntryType::folder;
  return S_ISLNK(found.st_mode) ? EntryType::link : EntryType::other;
}

std::string user_name(uid_t id) {
  std::array<char, 16384> buffer;
  passwd entry{};
  passwd* found = nullptr;
  const std::string number = std::to_string(id);
  if (::getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return "the user " + number;
  return "the user " + std::string(found->pw_name) + " (" + number + ")";
}

bool is_dots(const char* name) noexcept {
  return std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0;
}

}  // namespace

result<std::vector<Entry>> LocalFileSystem::list(const Folder& folder, std::size_t at_most) {
  // Opened again, because all users of a descriptor share one position.
  Descriptor fd(::openat(static_cast<int>(folder.id()), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) return last_error();
  const std::unique_ptr<DIR, CloseListing> listing(::fdopendir(fd.get()));
  if (listing == nullptr) return last_error();
  static_cast<void>(fd.release());

  std::vector<Entry> entries;
  while (entries.size() < at_most) {
    errno = 0;
    const dirent* const entry = ::readdir(listing.get());
    if (entry == nullptr) {
      if (errno == EINTR) continue;
      if (errno != 0) return last_error();
      return entries;
    }
    if (is_dots(entry->d_name)) continue;
    entries.push_back({entry->d_name, type_of(::dirfd(listing.get()), *entry)});
  }
  return entries;
}

result<void> LocalFileSystem::make_link(const Folder& at, std::string_view path,
                                        std::string_view text) {
  const auto place = Place::find(static_cast<int>(at.id()), path, walk_);
  if (!place) return place.error();
  CPath target;
  if (const auto error = target.assign(text)) return error;
  if (::symlinkat(target.c_str(), place->folder(), place->name()) != 0) return last_error();
  return {};
}

result<std::string> LocalFileSystem::read_link(const Folder& at, std::string_view path) {
  const auto place = Place::find(static_cast<int>(at.id()), path, walk_);
  if (!place) return place.error();
  std::array<char, PATH_MAX> text;
  const ssize_t length = ::readlinkat(place->folder(), place->name(), text.data(), text.size());
  if (length < 0) return last_error();
  return std::string(text.data(), static_cast<std::size_t>(length));
}

result<bool> LocalFileSystem::passes_on_access(const Folder& folder) {
  const int fd = static_cast<int>(folder.id());
  struct stat found {};
  if (::fstat(fd, &found) != 0) return {boost::system::in_place_error, last_error()};
  if ((found.st_mode & S_ISGID) != 0) return true;
  // acl(5): only folders have one, and most have none. Storages without ACLs fail here.
  return ::fgetxattr(fd, "system.posix_acl_default", nullptr, 0) > 0;
}

result<bool> LocalFileSystem::may_write(const Folder& at, std::string_view path) {
  const auto place = Place::find(static_cast<int>(at.id()), path, walk_);
  if (!place) return {boost::system::in_place_error, place.error()};
  if (::faccessat(place->folder(), place->name(), W_OK, AT_EACCESS) == 0) return true;
  if (errno == EACCES || errno == EROFS) return false;
  return {boost::system::in_place_error, last_error()};
}

result<Space> LocalFileSystem::space(const Folder& at) {
  struct statvfs found {};
  while (::fstatvfs(static_cast<int>(at.id()), &found) != 0) {
    if (errno != EINTR) return last_error();
  }
  Space space;
  space.free_bytes = static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize;
  space.free_inodes =
      found.f_files == 0 ? std::numeric_limits<std::uint64_t>::max() : found.f_favail;
  return space;
}

Time LocalFileSystem::now() {
  return std::chrono::system_clock::now();
}

std::chrono::steady_clock::time_point LocalFileSystem::steady_now() {
  return std::chrono::steady_clock::now();
}

std::uint64_t LocalFileSystem::random() {
  std::uint64_t value = 0;
  while (::getrandom(&value, sizeof value, 0) != sizeof value) {
    if (errno != EINTR) throw std::runtime_error("the system gives no random numbers");
  }
  return value;
}

ProcessIdentity LocalFileSystem::process() {
  ProcessIdentity identity;
  std::array<char, HOST_NAME_MAX + 1> host{};
  if (::gethostname(host.data(), host.size() - 1) == 0) identity.host = host.data();
  std::ifstream("/proc/sys/kernel/random/boot_id") >> identity.boot;
  identity.pid = static_cast<std::uint64_t>(::getpid());
  identity.user = user_name(::geteuid());
  return identity;
}

}  // namespace shaman::fs
