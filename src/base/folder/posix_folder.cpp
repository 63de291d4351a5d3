// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#ifdef __linux__
#include <linux/fs.h>
#endif
#include <unistd.h>

#include "shaman/text.hpp"

#include "base/folder/folder.hpp"
#include "base/os/posix_file.hpp"

namespace shaman::os {
namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

struct Closing {
  int descriptor;
  ~Closing() { ::close(descriptor); }
};

Error taken(const std::string& path, const char* expected) {
  return {errc::conflicting_paths, text::in_quotes(path) + " is not " + expected +
                                       " of this program: move it away, then try again"};
}

result<void> write_all(int descriptor, std::string_view data, const std::string& path) {
  while (!data.empty()) {
    const ssize_t count = ::write(descriptor, data.data(), data.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return posix::failure("write", path);
    data.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

result<void> copy_content(int from, int to, const std::string& path) {
  std::vector<char> buffer(std::size_t{1} << 18U);
  for (;;) {
    const ssize_t count = ::read(from, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return posix::failure("copy", path);
    if (count == 0) return {};
    if (auto done = write_all(to, {buffer.data(), static_cast<std::size_t>(count)}, path); !done)
      return done;
  }
}

result<void> share_blocks(int from, int to, const std::string& path) {
#ifdef FICLONE
  if (::ioctl(to, FICLONE, from) == 0) return {};
  if (errno == ENOSPC || errno == EDQUOT) return posix::failure("copy", path);
#else
  static_cast<void>(from);
  static_cast<void>(to);
#endif
  return Error{errc::io_error,
               text::in_quotes(path) +
                   " cannot share its blocks with the cache: both must be on one file system that "
                   "can do that, such as XFS or Btrfs"};
}

}  // namespace

struct Folder::Impl : posix::Opened {
  using Opened::Opened;
  [[nodiscard]] std::string path_of(const std::string& name) const { return join(path, name); }
};

Folder::Folder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Folder::Folder(Folder&&) noexcept = default;
Folder& Folder::operator=(Folder&&) noexcept = default;
Folder::~Folder() = default;

result<Folder> Folder::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), kFolderFlags);
  if (descriptor < 0) return posix::failure("open folder", path);
  return Folder(std::make_unique<Impl>(descriptor, path));
}

result<Folder> Folder::folder(const std::string& name, bool make) const {
  const std::string path = impl_->path_of(name);
  if (make && ::mkdirat(impl_->descriptor, name.c_str(), 0777) != 0 && errno != EEXIST)
    return posix::failure("create folder", path);
  const int descriptor = ::openat(impl_->descriptor, name.c_str(), kFolderFlags | O_NOFOLLOW);
  if (descriptor >= 0) return Folder(std::make_unique<Impl>(descriptor, path));
  if (errno == ENOTDIR || errno == ELOOP) return taken(path, "a folder");
  return posix::failure("open folder", path);
}

result<Folder::Entry> Folder::look(const std::string& name) const {
  struct stat status {};
  if (::fstatat(impl_->descriptor, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return Entry{};
    return posix::failure("look at", impl_->path_of(name));
  }
  const FileInfo info = posix::file_info(status);
  const Kind kind = S_ISREG(status.st_mode)   ? Kind::file
                    : S_ISDIR(status.st_mode) ? Kind::folder
                    : S_ISLNK(status.st_mode) ? Kind::link
                                              : Kind::other;
  const bool is_read_only = (status.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)) == 0;
  return Entry{kind, info.size, info.mtime_ns, is_read_only, info.identity};
}

result<std::string> Folder::link_text(const std::string& name) const {
  std::array<char, 4096> buffer;
  const ssize_t length =
      ::readlinkat(impl_->descriptor, name.c_str(), buffer.data(), buffer.size());
  if (length < 0) return posix::failure("read the link", impl_->path_of(name));
  return std::string(buffer.data(), static_cast<std::size_t>(length));
}

result<std::vector<std::string>> Folder::names() const {
  // A descriptor of its own: the stream closes it, and its position belongs to nobody else.
  const int descriptor = ::openat(impl_->descriptor, ".", kFolderFlags);
  DIR* const stream = descriptor < 0 ? nullptr : ::fdopendir(descriptor);
  if (stream == nullptr) {
    const int code = errno;
    if (descriptor >= 0) ::close(descriptor);
    return posix::failure("list", impl_->path, code);
  }
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* const entry = ::readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    errno = 0;
  }
  const int code = errno;
  ::closedir(stream);
  if (code != 0) return posix::failure("list", impl_->path, code);
  return names;
}

result<std::string> Folder::read(const std::string& name, std::size_t most) const {
  const std::string path = impl_->path_of(name);
  const int descriptor =
      ::openat(impl_->descriptor, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0 && errno == ELOOP) return taken(path, "a file");
  if (descriptor < 0) return posix::failure("open", path);
  const Closing closing{descriptor};
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return posix::failure("look at", path);
  if (!S_ISREG(status.st_mode)) return taken(path, "a file");
  std::string text(std::min<std::size_t>(most, static_cast<std::size_t>(status.st_size)), '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::read(descriptor, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return posix::failure("read", path);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  text.resize(done);
  return text;
}

result<void> Folder::make_folder(const std::string& name) const {
  if (::mkdirat(impl_->descriptor, name.c_str(), 0777) != 0)
    return posix::failure("create folder", impl_->path_of(name));
  return {};
}

result<void> Folder::make_link(const std::string& name, const std::string& text) const {
  if (::symlinkat(text.c_str(), impl_->descriptor, name.c_str()) != 0)
    return posix::failure("make the link", impl_->path_of(name));
  return {};
}

result<void> Folder::make_hard_link(const std::string& name, const std::string& source) const {
  if (::linkat(AT_FDCWD, source.c_str(), impl_->descriptor, name.c_str(), 0) != 0)
    return posix::failure("make the hard link", impl_->path_of(name));
  return {};
}

result<void> Folder::make_copy(const std::string& name, const std::string& source,
                               bool by_reflink) const {
  const std::string path = impl_->path_of(name);
  const int from = ::open(source.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (from < 0) return posix::failure("open", source);
  const Closing closing_source{from};
  const int to = ::openat(impl_->descriptor, name.c_str(),
                          O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (to < 0) return posix::failure("create", path);
  const Closing closing{to};
  return by_reflink ? share_blocks(from, to, path) : copy_content(from, to, path);
}

result<void> Folder::write(const std::string& name, std::string_view data) const {
  const std::string path = impl_->path_of(name);
  const int descriptor = ::openat(impl_->descriptor, name.c_str(),
                                  O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (descriptor < 0) return posix::failure("create", path);
  const Closing closing{descriptor};
  return write_all(descriptor, data, path);
}

result<void> Folder::rename(const std::string& from, const std::string& to) const {
  if (::renameat(impl_->descriptor, from.c_str(), impl_->descriptor, to.c_str()) != 0)
    return posix::failure("put in place", impl_->path_of(to));
  return {};
}

result<void> Folder::remove(const std::string& name) const {
  if (::unlinkat(impl_->descriptor, name.c_str(), 0) != 0)
    return posix::failure("remove", impl_->path_of(name));
  return {};
}

result<void> Folder::remove_folder(const std::string& name) const {
  if (::unlinkat(impl_->descriptor, name.c_str(), AT_REMOVEDIR) != 0)
    return posix::failure("remove folder", impl_->path_of(name));
  return {};
}

}  // namespace shaman::os
