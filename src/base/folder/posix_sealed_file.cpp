// SPDX-License-Identifier: GPL-3.0-or-later
#include <cerrno>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder/sealed_file.hpp"
#include "base/os/posix_file.hpp"

namespace shaman::os {

struct PartialFile::Impl : posix::Opened {
  using Opened::Opened;
};

PartialFile::PartialFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PartialFile::PartialFile(PartialFile&&) noexcept = default;
PartialFile& PartialFile::operator=(PartialFile&&) noexcept = default;
PartialFile::~PartialFile() = default;

result<PartialFile> PartialFile::open(const std::string& path) {
  const auto try_open = [&] {
    return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  };
  int descriptor = try_open();
  // The end of the program came between the last two steps of seal().
  if (descriptor < 0 && errno == EACCES && ::chmod(path.c_str(), 0600) == 0)
    descriptor = try_open();
  if (descriptor < 0) return posix::failure("create", path);
  return PartialFile(std::make_unique<Impl>(descriptor, path));
}

result<std::uint64_t> PartialFile::size() const {
  struct stat status {};
  if (::fstat(impl_->descriptor, &status) != 0) return posix::failure("look at", impl_->path);
  return static_cast<std::uint64_t>(status.st_size);
}

result<std::size_t> PartialFile::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  for (;;) {
    const ssize_t count =
        ::pread(impl_->descriptor, into.data(), into.size(), static_cast<off_t>(offset));
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) return posix::failure("read", impl_->path);
  }
}

result<void> PartialFile::write_at(std::uint64_t offset, std::span<const std::byte> data) const {
  while (!data.empty()) {
    const ssize_t count =
        ::pwrite(impl_->descriptor, data.data(), data.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return posix::failure("write", impl_->path);
    data = data.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

result<void> PartialFile::truncate() const {
  if (::ftruncate(impl_->descriptor, 0) != 0) return posix::failure("empty", impl_->path);
  return {};
}

result<void> PartialFile::seal(const std::string& as) {
  constexpr ::mode_t kReadOnly = 0444;
  if (::fchmod(impl_->descriptor, kReadOnly) != 0)
    return posix::failure("make read-only", impl_->path);
  if (::rename(impl_->path.c_str(), as.c_str()) != 0) return posix::failure("put in place", as);
  return {};
}

result<void> set_mtime(const std::string& path, std::int64_t ns) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  struct timespec times[2]{};
  times[0].tv_nsec = UTIME_OMIT;
  times[1].tv_sec = ns / kSecond;
  times[1].tv_nsec = ns % kSecond;
  if (::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
    return posix::failure("set the time of", path);
  return {};
}

}  // namespace shaman::os
