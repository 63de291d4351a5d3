// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/root/private_folder.hpp"

#include <cstdint>

namespace shaman {
namespace {

constexpr std::uint32_t kOwner = 0700;
constexpr std::uint32_t kOthers = 0077;

}  // namespace

result<void> make_private(fs::FileSystem& file_system, const fs::Folder& folder) {
  const auto stat = file_system.stat(folder);
  if (stat && (stat->mode & kOthers) == 0) return {};
  const auto set = stat ? file_system.set_mode(folder, (stat->mode & ~0777U) | kOwner)
                        : fs::result<void>(stat.error());
  if (set) return {};
  return Error{errc::io_error,
               "the folder .shaman of the storage cannot be kept to this server's user (" +
                   set.error().message() +
                   "): other users may be able to read and change what the server keeps there"};
}

}  // namespace shaman
