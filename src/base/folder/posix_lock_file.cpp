// SPDX-License-Identifier: GPL-3.0-or-later
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/folder/lock_file.hpp"
#include "base/os/posix_file.hpp"

namespace shaman::os {
namespace {

// Locks of an open file, not of a process; macOS has only the latter.
#ifdef F_OFD_SETLK
constexpr int kTry = F_OFD_SETLK;
constexpr int kWait = F_OFD_SETLKW;
#else
constexpr int kTry = F_SETLK;
constexpr int kWait = F_SETLKW;
#endif

struct flock range_of(std::uint64_t place, short type) {
  struct flock range {};
  range.l_type = type;
  range.l_whence = SEEK_SET;
  range.l_start = static_cast<off_t>(place);
  range.l_len = 1;
  return range;
}

short type_of(LockFile::Mode mode) {
  return mode == LockFile::Mode::shared ? F_RDLCK : F_WRLCK;
}

}  // namespace

struct LockFile::Impl : posix::Opened {
  using Opened::Opened;
};

LockFile::LockFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LockFile::LockFile(LockFile&&) noexcept = default;
LockFile& LockFile::operator=(LockFile&&) noexcept = default;
LockFile::~LockFile() = default;

result<LockFile> LockFile::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (descriptor < 0) return posix::failure("open", path);
  return LockFile(std::make_unique<Impl>(descriptor, path));
}

result<bool> LockFile::try_lock(std::uint64_t place, Mode mode) const {
  struct flock range = range_of(place, type_of(mode));
  for (;;) {
    if (::fcntl(impl_->descriptor, kTry, &range) == 0) return true;
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EACCES) return false;
    return posix::failure("lock", impl_->path);
  }
}

result<void> LockFile::lock(std::uint64_t place, Mode mode) const {
  struct flock range = range_of(place, type_of(mode));
  while (::fcntl(impl_->descriptor, kWait, &range) != 0)
    if (errno != EINTR) return posix::failure("lock", impl_->path);
  return {};
}

void LockFile::unlock(std::uint64_t place) const noexcept {
  struct flock range = range_of(place, F_UNLCK);
  ::fcntl(impl_->descriptor, kTry, &range);
}

}  // namespace shaman::os
