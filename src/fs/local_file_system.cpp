// SPDX-License-Identifier: GPL-3.0-or-later
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shaman/fs/local.hpp"

#include "fs/local_resolve.hpp"

namespace shaman::fs {
namespace {

using local::last_error;
using local::Place;

int fd_of(const Handle& handle) noexcept {
  return static_cast<int>(handle.id());
}

// Repeats a call while a signal interrupts it.
template <class Call>
auto uninterrupted(Call&& call) {
  for (;;) {
    const auto value = call();
    if (value >= 0 || errno != EINTR) return value;
  }
}

template <class Call>
result<void> checked(Call&& call) {
  if (uninterrupted(call) < 0) return last_error();
  return {};
}

Time time_of(const timespec& time) noexcept {
  using namespace std::chrono;
  return Time(duration_cast<Time::duration>(seconds(time.tv_sec) + nanoseconds(time.tv_nsec)));
}

EntryType type_of(mode_t mode) noexcept {
  if (S_ISREG(mode)) return EntryType::regular;
  if (S_ISDIR(mode)) return EntryType::folder;
  if (S_ISLNK(mode)) return EntryType::link;
  return EntryType::other;
}

Stat stat_of(const struct stat& from) noexcept {
  Stat stat;
  stat.type = type_of(from.st_mode);
  stat.mode = from.st_mode & 07777;
  stat.size = static_cast<std::uint64_t>(from.st_size);
  stat.modified = time_of(from.st_mtim);
  stat.changed = time_of(from.st_ctim);
  stat.device = from.st_dev;
  stat.inode = from.st_ino;
  stat.links = from.st_nlink;
  return stat;
}

result<Stat> stat_handle(const Handle& handle) {
  struct stat found {};
  if (::fstat(fd_of(handle), &found) != 0) return last_error();
  return stat_of(found);
}

}  // namespace

LocalFileSystem::LocalFileSystem(Resolution resolution) : walk_(resolution == Resolution::walk) {}

result<Folder> LocalFileSystem::open_root(const std::string& path) {
  const int fd =
      uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (fd < 0) return last_error();
  return Folder(*this, fd);
}

result<void> LocalFileSystem::make_root(const std::string& path) {
  return checked([&] { return ::mkdir(path.c_str(), 0777); });
}

result<Folder> LocalFileSystem::open_folder(const Folder& at, std::string_view path) {
  auto fd = local::open_beneath(fd_of(at), path, O_RDONLY | O_DIRECTORY, 0, walk_);
  if (!fd) return fd.error();
  return Folder(*this, fd->release());
}

result<void> LocalFileSystem::make_folder(const Folder& at, std::string_view path) {
  const auto place = Place::find(fd_of(at), path, walk_);
  if (!place) return place.error();
  return checked([&] { return ::mkdirat(place->folder(), place->name(), 0777); });
}

result<File> LocalFileSystem::create_file(const Folder& at, std::string_view path) {
  auto fd = local::open_beneath(fd_of(at), path, O_RDWR | O_CREAT | O_EXCL, 0644, walk_);
  if (!fd) return fd.error();
  return File(*this, fd->release());
}

result<File> LocalFileSystem::open_file(const Folder& at, std::string_view path) {
  return open_regular(at, path, O_RDONLY);
}

result<File> LocalFileSystem::open_file_to_write(const Folder& at, std::string_view path) {
  return open_regular(at, path, O_RDWR);
}

result<File> LocalFileSystem::open_regular(const Folder& at, std::string_view path, int access) {
  // O_NONBLOCK: a FIFO in its place must not block this thread.
  auto fd = local::open_beneath(fd_of(at), path, access | O_NONBLOCK | O_NOCTTY, 0, walk_);
  if (!fd) return fd.error();
  File file(*this, fd->release());
  const auto found = stat_handle(file);
  if (!found) return found.error();
  if (found->type != EntryType::regular)
    return boost::system::errc::make_error_code(boost::system::errc::invalid_argument);
  return file;
}

result<std::size_t> LocalFileSystem::write_some(const File& file, std::uint64_t offset,
                                                std::span<const std::byte> data) {
  const ssize_t written = uninterrupted(
      [&] { return ::pwrite(fd_of(file), data.data(), data.size(), static_cast<off_t>(offset)); });
  if (written < 0) return last_error();
  return static_cast<std::size_t>(written);
}

result<std::size_t> LocalFileSystem::read_some(const File& file, std::uint64_t offset,
                                               std::span<std::byte> into) {
  const ssize_t got = uninterrupted(
      [&] { return ::pread(fd_of(file), into.data(), into.size(), static_cast<off_t>(offset)); });
  if (got < 0) return last_error();
  return static_cast<std::size_t>(got);
}

result<std::size_t> LocalFileSystem::send_some(const File& file, std::uint64_t offset,
                                               std::size_t length, int socket) {
  auto position = static_cast<off_t>(offset);
  const ssize_t sent =
      uninterrupted([&] { return ::sendfile(socket, fd_of(file), &position, length); });
  if (sent < 0) return last_error();
  return static_cast<std::size_t>(sent);
}

result<void> LocalFileSystem::clone_content(const File& from, const File& to) {
  return checked([&] { return ::ioctl(fd_of(to), FICLONE, fd_of(from)); });
}

void LocalFileSystem::start_write_back(const File& file, std::uint64_t offset,
                                       std::uint64_t length) {
  static_cast<void>(::sync_file_range(fd_of(file), static_cast<off_t>(offset),
                                      static_cast<off_t>(length), SYNC_FILE_RANGE_WRITE));
}

result<void> LocalFileSystem::set_mode(const File& file, std::uint32_t mode) {
  return checked([&] { return ::fchmod(fd_of(file), mode); });
}

result<void> LocalFileSystem::set_mode(const Folder& folder, std::uint32_t mode) {
  return checked([&] { return ::fchmod(fd_of(folder), mode); });
}

template <class Call>
result<void> LocalFileSystem::timed_flush(Call&& call) {
  const auto begun = steady_now();
  auto flushed = checked(std::forward<Call>(call));
  flush_times_.add(std::chrono::duration<double>(steady_now() - begun).count());
  return flushed;
}

result<void> LocalFileSystem::flush(const File& file) {
  return timed_flush([&] { return ::fsync(fd_of(file)); });
}

result<void> LocalFileSystem::flush_content(const File& file) {
  return timed_flush([&] { return ::fdatasync(fd_of(file)); });
}

result<void> LocalFileSystem::flush(const Folder& folder) {
  return timed_flush([&] { return ::fsync(fd_of(folder)); });
}

result<void> LocalFileSystem::flush_all(const Folder& at) {
  const auto flushed = timed_flush([&] { return ::syncfs(fd_of(at)); });
  if (flushed || !is_unsupported(flushed.error())) return flushed;
  ::sync();  // flushes everything on the machine, which is more than requested
  return {};
}

result<void> LocalFileSystem::rename_with(unsigned flags, const Folder& from,
                                          std::string_view old_path, const Folder& to,
                                          std::string_view new_path) {
  const auto source = Place::find(fd_of(from), old_path, walk_);
  if (!source) return source.error();
  const auto target = Place::find(fd_of(to), new_path, walk_);
  if (!target) return target.error();
  return checked([&] {
    return flags == 0
               ? ::renameat(source->folder(), source->name(), target->folder(), target->name())
               : ::renameat2(source->folder(), source->name(), target->folder(), target->name(),
                             flags);
  });
}

result<void> LocalFileSystem::rename(const Folder& from, std::string_view old_path,
                                     const Folder& to, std::string_view new_path) {
  return rename_with(0, from, old_path, to, new_path);
}

result<void> LocalFileSystem::rename_to_free_name(const Folder& from, std::string_view old_path,
                                                  const Folder& to, std::string_view new_path) {
  return rename_with(RENAME_NOREPLACE, from, old_path, to, new_path);
}

result<void> LocalFileSystem::remove_file(const Folder& at, std::string_view path) {
  const auto place = Place::find(fd_of(at), path, walk_);
  if (!place) return place.error();
  return checked([&] { return ::unlinkat(place->folder(), place->name(), 0); });
}

result<void> LocalFileSystem::remove_folder(const Folder& at, std::string_view path) {
  const auto place = Place::find(fd_of(at), path, walk_);
  if (!place) return place.error();
  return checked([&] { return ::unlinkat(place->folder(), place->name(), AT_REMOVEDIR); });
}

result<Stat> LocalFileSystem::stat(const Folder& at, std::string_view path) {
  const auto place = Place::find(fd_of(at), path, walk_);
  if (!place) return place.error();
  struct stat found {};
  const auto looked = checked(
      [&] { return ::fstatat(place->folder(), place->name(), &found, AT_SYMLINK_NOFOLLOW); });
  if (!looked) return looked.error();
  return stat_of(found);
}

result<Stat> LocalFileSystem::stat(const File& file) {
  return stat_handle(file);
}

result<Stat> LocalFileSystem::stat(const Folder& folder) {
  return stat_handle(folder);
}

result<void> LocalFileSystem::touch(const Folder& at, std::string_view path) {
  const auto place = Place::find(fd_of(at), path, walk_);
  if (!place) return place.error();
  // Without explicit times, write permission is enough; setting one needs the owner.
  return checked(
      [&] { return ::utimensat(place->folder(), place->name(), nullptr, AT_SYMLINK_NOFOLLOW); });
}

result<void> LocalFileSystem::lead_to(const Handle& handle, const Handle& other) {
  return checked([&] { return ::dup3(fd_of(other), fd_of(handle), O_CLOEXEC); });
}

result<bool> LocalFileSystem::try_lock(const File& file) {
  if (uninterrupted([&] { return ::flock(fd_of(file), LOCK_EX | LOCK_NB); }) == 0) return true;
  if (errno == EWOULDBLOCK) return false;
  // Spelled out, because an error_code converts to bool as well.
  return {boost::system::in_place_error, last_error()};
}

boost::system::error_code LocalFileSystem::close_handle(std::int64_t id) noexcept {
  // Not again after EINTR: Linux has already closed the descriptor, and another file may have its
  // number.
  if (::close(static_cast<int>(id)) != 0 && errno != EINTR) return last_error();
  return {};
}

}  // namespace shaman::fs
