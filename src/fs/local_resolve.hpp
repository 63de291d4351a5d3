// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <string_view>

#include <limits.h>

#include "shaman/fs.hpp"

namespace shaman::fs::local {

[[nodiscard]] boost::system::error_code last_error() noexcept;

/// A file descriptor that is closed at the end of the scope.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] int release() noexcept;

 private:
  int fd_;
};

/// A path with its terminating zero, without a heap allocation.
class CPath {
 public:
  /// ENAMETOOLONG, or EINVAL where a zero lies inside.
  [[nodiscard]] boost::system::error_code assign(std::string_view path) noexcept;
  [[nodiscard]] const char* c_str() const noexcept { return buffer_.data(); }

 private:
  std::array<char, PATH_MAX> buffer_;
};

/// Opens `path` beneath `folder` with no link followed anywhere. `walk` is set for good when
/// openat2 turns out to be missing or forbidden.
[[nodiscard]] result<Descriptor> open_beneath(int folder, std::string_view path, int flags,
                                              unsigned mode, std::atomic<bool>& walk);

/// The folder that the last component of a path is in, and that component: what the *at calls want.
class Place {
 public:
  [[nodiscard]] static result<Place> find(int folder, std::string_view path,
                                          std::atomic<bool>& walk);
  [[nodiscard]] int folder() const noexcept { return folder_; }
  [[nodiscard]] const char* name() const noexcept { return name_.data(); }

 private:
  Descriptor owned_;
  int folder_ = -1;
  std::array<char, NAME_MAX + 1> name_;
};

}  // namespace shaman::fs::local
