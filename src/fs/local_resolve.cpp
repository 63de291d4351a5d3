// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/local_resolve.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace shaman::fs::local {
namespace {

namespace errors = boost::system::errc;

constexpr int kFolderOnTheWay = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

bool is_component(std::string_view name) noexcept {
  return !name.empty() && name != "." && name != "..";
}

// The kernel accepts `a//b`, `a/./b` and, unless it leads out, `a/../b`; the walk does not.
bool has_only_components(std::string_view path) noexcept {
  for (;;) {
    const std::size_t slash = path.find('/');
    if (!is_component(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

result<Descriptor> open_component(int folder, std::string_view name, int flags, unsigned mode) {
  if (!is_component(name)) return errors::make_error_code(errors::invalid_argument);
  CPath path;
  if (const auto error = path.assign(name)) return error;
  for (;;) {
    Descriptor fd(::openat(folder, path.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, mode));
    if (fd.get() >= 0) return fd;
    if (errno != EINTR) return last_error();
  }
}

result<Descriptor> open_by_walk(int folder, std::string_view path, int flags, unsigned mode) {
  Descriptor current;
  for (;;) {
    const std::size_t slash = path.find('/');
    const int at = current.get() >= 0 ? current.get() : folder;
    if (slash == std::string_view::npos) return open_component(at, path, flags, mode);
    auto next = open_component(at, path.substr(0, slash), kFolderOnTheWay, 0);
    if (!next) return next.error();
    current = std::move(*next);
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

boost::system::error_code last_error() noexcept {
  return {errno, boost::system::generic_category()};
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = other.release();
  }
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

int Descriptor::release() noexcept {
  const int fd = fd_;
  fd_ = -1;
  return fd;
}

boost::system::error_code CPath::assign(std::string_view path) noexcept {
  if (path.size() >= buffer_.size()) return errors::make_error_code(errors::filename_too_long);
  if (path.find('\0') != std::string_view::npos)
    return errors::make_error_code(errors::invalid_argument);
  std::memcpy(buffer_.data(), path.data(), path.size());
  buffer_[path.size()] = '\0';
  return {};
}

result<Descriptor> open_beneath(int folder, std::string_view path, int flags, unsigned mode,
                                std::atomic<bool>& walk) {
  if (walk.load(std::memory_order_relaxed) || path.find('/') == std::string_view::npos)
    return open_by_walk(folder, path, flags, mode);
  if (!has_only_components(path)) return errors::make_error_code(errors::invalid_argument);
  CPath text;
  if (const auto error = text.assign(path)) return error;
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_NOFOLLOW | O_CLOEXEC);
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  for (;;) {
    const long fd = ::syscall(SYS_openat2, folder, text.c_str(), &how, sizeof how);
    if (fd >= 0) return Descriptor(static_cast<int>(fd));
    // EAGAIN: an entry was renamed during the look-up; the call must be repeated.
    if (errno == EINTR || errno == EAGAIN) continue;
    if (errno != ENOSYS && errno != EPERM) return last_error();
    walk.store(true, std::memory_order_relaxed);
    return open_by_walk(folder, path, flags, mode);
  }
}

result<Place> Place::find(int folder, std::string_view path, std::atomic<bool>& walk) {
  Place place;
  place.folder_ = folder;
  std::string_view name = path;
  if (const std::size_t slash = path.rfind('/'); slash != std::string_view::npos) {
    auto parent = open_beneath(folder, path.substr(0, slash), O_PATH | O_DIRECTORY, 0, walk);
    if (!parent) return parent.error();
    place.owned_ = std::move(*parent);
    place.folder_ = place.owned_.get();
    name = path.substr(slash + 1);
  }
  if (!is_component(name)) return errors::make_error_code(errors::invalid_argument);
  if (name.size() > NAME_MAX) return errors::make_error_code(errors::filename_too_long);
  if (name.find('\0') != std::string_view::npos)
    return errors::make_error_code(errors::invalid_argument);
  std::memcpy(place.name_.data(), name.data(), name.size());
  place.name_[name.size()] = '\0';
  return place;
}

}  // namespace shaman::fs::local
