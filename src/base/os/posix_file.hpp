// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "shaman/error.hpp"
#include "shaman/os.hpp"

/// Shared by the POSIX parts of os.hpp and named_file.hpp.
namespace shaman::os::posix {

/// What is open, until its end.
struct Opened {
  Opened(int opened, std::string name) : descriptor(opened), path(std::move(name)) {}
  ~Opened() { ::close(descriptor); }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  int descriptor;
  std::string path;  ///< for messages
};

/// Opens a regular file for reading, through links, without ever waiting for another program; the
/// caller closes it. Fills `status` with the open file's. errc::not_found; errc::invalid_argument:
/// it is a folder, FIFO, socket or device; errc::io_error.
[[nodiscard]] result<int> open_regular(const std::string& path, struct stat& status);

/// `cannot DOING "PATH": …`: errc::not_found, errc::storage_full or errc::io_error.
[[nodiscard]] Error failure(std::string_view doing, const std::string& path, int code = errno);

[[nodiscard]] FileInfo file_info(const struct stat& status);

}  // namespace shaman::os::posix
