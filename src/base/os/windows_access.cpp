// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/os.hpp"

namespace shaman::os {

// Access lists, including inherited ones, decide who may read: only opening the file shows it.
result<void> check_readable(const std::string& path) {
  const result<InputFile> file = InputFile::open(path);
  if (!file) return file.error();
  return {};
}

std::optional<std::uint32_t> permissions(const std::string&) {
  return std::nullopt;
}

// LockFileEx works on every file system that Windows mounts.
result<void> check_locks(const std::string&) {
  return {};
}

}  // namespace shaman::os
