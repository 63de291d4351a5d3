// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/outside_file.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "store/disk_error.hpp"
#include "store/layout.hpp"
#include "store/store_impl.hpp"

namespace shaman {
namespace {

bool is_same(const fs::Stat& a, const fs::Stat& b) noexcept {
  return a.device == b.device && a.inode == b.inode;
}

// Compared as folders, not as paths: the storage may be mounted a second time.
bool is_of_storage(fs::FileSystem& file_system, const StorageRoot& root, const fs::Folder& folder) {
  const auto there = file_system.stat(folder);
  if (!there) return true;
  const std::array parts{&root.root, &root.blobs, &root.jobs, &root.private_folder};
  const auto is_it = [&](const fs::Folder* part) {
    const auto stat = file_system.stat(*part);
    return !stat || is_same(*stat, *there);
  };
  if (std::ranges::any_of(parts, is_it)) return true;
  const auto file_store = file_system.stat(root.root, layout::kFileStore);
  return !file_store || is_same(*file_store, *there);
}

}  // namespace

result<void> OutsideFile::read(std::uint64_t offset, std::span<std::byte> into) const {
  const auto read = fs::read_full(*file_system_, file_, offset, into);
  if (!read) return disk_error(read.error(), "read a file to ingest");
  if (*read == into.size()) return {};
  return Error{errc::changed_while_read, "the file became shorter while it was read"};
}

// Folder by folder, because each must be seen not to be the storage's. Each is opened in the one
// before, so that renaming them meanwhile leads nowhere else.
std::optional<OutsideFile> Store::open_outside(const std::string& folder, std::string_view path) {
  fs::FileSystem& file_system = impl_->file_system;
  auto at = file_system.open_root(folder);
  for (;;) {
    if (!at || is_of_storage(file_system, impl_->root, *at)) return std::nullopt;
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) break;
    at = file_system.open_folder(*at, path.substr(0, slash));
    path.remove_prefix(slash + 1);
  }
  auto file = file_system.open_file(*at, path);
  if (!file) return std::nullopt;
  const auto stat = file_system.stat(*file);
  if (!stat) return std::nullopt;
  return std::optional<OutsideFile>(std::in_place, file_system, std::move(*file), stat->size);
}

Digest Store::random_secret() const {
  Sha256 hash;
  for (std::size_t bytes = 0; bytes < Digest::kBytes; bytes += sizeof(std::uint64_t)) {
    const std::uint64_t random = impl_->file_system.random();
    hash.update(std::as_bytes(std::span(&random, 1)));
  }
  return hash.finish();
}

}  // namespace shaman
