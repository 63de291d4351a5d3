// SPDX-License-Identifier: GPL-3.0-or-later
#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

namespace shaman::os {

result<void> check_readable(const std::string& path) {
  // With the effective ids, as open() has them.
  struct stat status {};
  if (::faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) == 0) {
    const bool is_folder = ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
    return is_folder ? result<void>(Error{errc::io_error, "it is a folder"}) : result<void>();
  }
  const int code = errno;
  if (code == ENOENT && ::lstat(path.c_str(), &status) == 0)
    return Error{errc::io_error, "the link is broken"};
  const errc kind = code == ENOENT || code == ENOTDIR ? errc::not_found : errc::io_error;
  return Error{kind, std::generic_category().message(code)};
}

std::optional<std::uint32_t> permissions(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return status.st_mode & 07777U;
}

result<void> check_locks(const std::string& folder) {
  // A separate file: closing a file drops every lock that this process has on it.
  std::string path = join(folder, "locks-XXXXXX");
  const int descriptor = ::mkstemp(path.data());
  if (descriptor < 0)
    return Error{errc::io_error, "cannot write in " + text::in_quotes(folder) + ": " +
                                     std::generic_category().message(errno)};
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_len = 1;
  const int code = ::fcntl(descriptor, F_SETLK, &lock) == 0 ? 0 : errno;
  ::close(descriptor);
  ::unlink(path.c_str());
  if (code == 0) return {};
  return Error{errc::io_error, "the file system of " + text::in_quotes(folder) +
                                   " cannot lock files: " + std::generic_category().message(code)};
}

}  // namespace shaman::os
