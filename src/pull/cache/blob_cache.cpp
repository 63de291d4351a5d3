// SPDX-License-Identifier: GPL-3.0-or-later
#include "pull/cache/blob_cache.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "base/folder/sealed_file.hpp"
#include "pull/cache/names.hpp"

namespace shaman::pull {
namespace {

constexpr std::string_view kFiles = "files";
constexpr std::string_view kPartial = "partial";
constexpr std::string_view kFolders = "folders";
constexpr std::string_view kLocks = "locks";

// 62 bits of a digest, in one of the two halves of the table; the first place is the whole cache's.
std::uint64_t place_of(const Digest& digest, bool is_folder) {
  std::uint64_t head = 0;
  std::memcpy(&head, digest.bytes().data(), sizeof head);
  constexpr std::uint64_t kHalf = os::LockFile::kPlaces / 2;
  return std::max<std::uint64_t>(head % kHalf, 1) + (is_folder ? kHalf - 1 : 0);
}

std::uint64_t place_of(const std::string& folder) {
  return place_of(Sha256::of(folder), true);
}

}  // namespace

BlobCache::BlobCache(std::string folder, std::uint64_t most_bytes, os::LockFile locks)
    : folder_(std::move(folder)), most_bytes_(most_bytes), locks_(std::move(locks)) {}

result<std::unique_ptr<BlobCache>> BlobCache::open(const std::string& folder,
                                                   std::uint64_t most_bytes) {
  if (!can_be_kept(folder))
    return Error{errc::invalid_argument, "the path of the cache " + text::in_quotes(folder) +
                                             " has a control character in it; name another "
                                             "folder with --cache"};
  for (const std::string_view name : {kFiles, kPartial, kFolders})
    if (const auto made = os::create_folders(os::join(folder, name)); !made) return made.error();
  auto locks = os::LockFile::open(os::join(folder, kLocks));
  if (!locks) return locks.error();
  return std::unique_ptr<BlobCache>(new BlobCache(folder, most_bytes, *std::move(locks)));
}

std::string BlobCache::name_of(const BlobId& id) {
  const std::string hex = id.digest.hex();
  return std::string(kFiles) + "/" + hex.substr(0, 2) + "/" + hex.substr(2) + "-" +
         std::to_string(id.size);
}

std::string BlobCache::path_of(const BlobId& id) const {
  return folder_ + "/" + name_of(id);
}

std::string BlobCache::partial_path_of(const BlobId& id) const {
  return folder_ + "/" + std::string(kPartial) + "/" + blob_name(id);
}

bool BlobCache::has(const BlobId& id) const {
  const auto info = os::info(path_of(id));
  return info && info->type == os::FileType::regular && info->size == id.size;
}

result<void> BlobCache::make_place(const BlobId& id) const {
  return os::create_folders(std::string(os::parent(path_of(id))));
}

void BlobCache::touch(const BlobId& id) const {
  static_cast<void>(os::set_mtime(path_of(id), os::now_ns()));
}

result<bool> BlobCache::try_lock(const BlobId& id) const {
  return locks_.try_lock(place_of(id.digest, false), os::LockFile::Mode::exclusive);
}

void BlobCache::unlock(const BlobId& id) const noexcept {
  locks_.unlock(place_of(id.digest, false));
}

result<bool> BlobCache::try_lock_folder(const std::string& id) {
  const auto locked = locks_.try_lock(place_of(id), os::LockFile::Mode::exclusive);
  if (!locked || !*locked) return locked;
  const std::scoped_lock lock(mutex_);
  held_.insert(id);
  return true;
}

result<void> BlobCache::lock_folder(const std::string& id) {
  if (auto locked = locks_.lock(place_of(id), os::LockFile::Mode::exclusive); !locked)
    return locked;
  const std::scoped_lock lock(mutex_);
  held_.insert(id);
  return {};
}

void BlobCache::unlock_folder(const std::string& id) noexcept {
  {
    const std::scoped_lock lock(mutex_);
    held_.erase(id);
  }
  locks_.unlock(place_of(id));
}

bool BlobCache::is_held_elsewhere(const std::string& id) {
  {
    const std::scoped_lock lock(mutex_);
    if (held_.contains(id)) return false;
  }
  const std::uint64_t place = place_of(id);
  const auto locked = locks_.try_lock(place, os::LockFile::Mode::exclusive);
  if (!locked || !*locked) return true;
  locks_.unlock(place);
  return false;
}

std::string BlobCache::use_path(const std::string& id, std::string_view suffix) const {
  return folder_ + "/" + std::string(kFolders) + "/" + id + std::string(suffix);
}

result<std::vector<BlobCache::Found>> BlobCache::all_files() const {
  std::vector<Found> all;
  const std::string files = os::join(folder_, kFiles);
  const auto shards = os::list_folder(files);
  if (!shards) return shards.error();
  for (const os::FolderEntry& shard : *shards) {
    const auto names = os::list_folder(os::join(files, shard.name));
    if (!names) continue;
    for (const os::FolderEntry& entry : *names)
      if (const auto id = blob_of_name(shard.name + entry.name); id && !entry.is_folder)
        all.push_back({os::join(os::join(files, shard.name), entry.name), *id, false, id->size, 0});
  }
  const std::string partial = os::join(folder_, kPartial);
  const auto names = os::list_folder(partial);
  if (!names) return names.error();
  for (const os::FolderEntry& entry : *names) {
    const std::string path = os::join(partial, entry.name);
    const auto info = os::info(path);
    if (const auto id = blob_of_name(entry.name); id && info)
      all.push_back({path, *id, true, info->size, 0});
  }
  return all;
}

bool BlobCache::remove(const Found& file) const {
  if (!file.is_partial) return os::remove_file(file.path).has_value();
  const auto locked = try_lock(file.id);
  if (!locked || !*locked) return false;
  const bool removed = os::remove_file(file.path).has_value();
  unlock(file.id);
  return removed;
}

result<BlobCache::Room> BlobCache::make_room(std::uint64_t coming) {
  constexpr std::uint64_t kWhole = 0;
  if (auto locked = locks_.lock(kWhole, os::LockFile::Mode::exclusive); !locked)
    return locked.error();
  const os::HeldLock held(locks_, kWhole);
  auto files = all_files();
  if (!files) return files.error();
  Room room;
  for (const Found& file : *files)
    room.bytes += file.bytes;
  const auto is_over = [&] { return coming > most_bytes_ || room.bytes > most_bytes_ - coming; };
  if (!is_over()) return room;
  const auto in_use = used();
  if (!in_use) return in_use.error();
  std::erase_if(*files, [&](const Found& file) {
    const bool is_used = in_use->contains(file.id);
    if (is_used) room.in_use += file.bytes;
    return is_used;
  });
  for (Found& file : *files)
    if (const auto info = os::info(file.path)) file.used_ns = info->mtime_ns;
  std::ranges::sort(*files, {}, &Found::used_ns);
  for (const Found& file : *files) {
    if (!is_over()) break;
    if (!remove(file)) continue;
    room.bytes -= file.bytes;
    room.removed += file.bytes;
  }
  room.is_within_limit = !is_over();
  return room;
}

}  // namespace shaman::pull
