// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/named_file/named_file_system.hpp"

namespace shaman::named_file {

// Access control lists do not express POSIX ownership.
result<NamedContent> read_by_system(const std::string& path, std::size_t most) {
  const auto open = os::InputFile::open(path);
  if (!open) return open.error();
  const auto info = open->info();
  if (!info) return info.error();
  auto bytes = read_to_end(path, most, [&](std::size_t offset, std::span<std::byte> into) {
    return open->read_at(offset, into);
  });
  if (!bytes) return bytes.error();
  return NamedContent{*std::move(bytes), *info, std::nullopt};
}

}  // namespace shaman::named_file
