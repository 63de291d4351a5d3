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
  /// ENAMETOOLONG, or EINVAL if it contains a zero.
  [[nodiscard]] boost::system::error_code assign(std::string_view path) noexcept;
  [[nodiscard]] const char* c_str() const noexcept { return buffer_.data(); }

 private:
  std::array<char, PATH_MAX> buffer_;
};

/// Opens `path` beneath `folder` without following any link. Sets `walk` for good if openat2 is
/// missing or forbidden.
[[nodiscard]] result<Descriptor> open_beneath(int folder, std::string_view path, int flags,
                                              unsigned mode, std::atomic<bool>& walk);

/// The folder of a path's last component, and that component, for the *at calls.
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
