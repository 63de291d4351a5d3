// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/reservations.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "shaman/text.hpp"

#include "store/disk_error.hpp"

namespace shaman {
namespace {

// A blob, its folder, and the folder above where it is the first.
constexpr std::uint64_t kInodesPerFile = 3;

}  // namespace

result<void> Reservations::reserve(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  if (auto fits = check_store_size(bytes); !fits) return fits;
  if (auto fits = check_space(bytes); !fits) return fits;
  bytes_ += bytes;
  ++files_;
  return {};
}

result<void> Reservations::check_store_size(std::uint64_t bytes) const {
  if (limits_.max_store_size == 0) return {};
  const std::uint64_t used = store_size_ + bytes_;
  if (used <= limits_.max_store_size && bytes <= limits_.max_store_size - used) return {};
  return Error{errc::storage_full,
               "the store has no room for " + text::human_bytes(bytes) + ": it may hold " +
                   text::human_bytes(limits_.max_store_size) + ", and holds " +
                   text::human_bytes(store_size_) +
                   "; garbage collection makes room, or a larger --max-store-size"};
}

result<void> Reservations::check_space(std::uint64_t bytes) {
  const auto space = file_system_.space(root_);
  if (!space) return disk_error(space.error(), "ask for the free space of the storage");
  const std::uint64_t inodes = (files_ + 1) * kInodesPerFile + limits_.min_free_inodes;
  if (space->free_inodes == 0 || (limits_.min_free_inodes > 0 && space->free_inodes < inodes))
    return Error{
        errc::storage_full,
        "the storage has no inodes left for another file: " + std::to_string(space->free_inodes) +
            " are free, of which " + std::to_string(limits_.min_free_inodes) + " are to stay so"};
  const std::uint64_t taken = bytes_ + limits_.min_free_space;
  const std::uint64_t left = space->free_bytes - std::min(space->free_bytes, taken);
  if (bytes <= left) return {};
  return Error{errc::storage_full, "the storage has no room for " + text::human_bytes(bytes) +
                                       ": " + text::human_bytes(space->free_bytes) +
                                       " are free, of which " +
                                       text::human_bytes(std::min(space->free_bytes, taken)) +
                                       " are reserved or for uploads under way"};
}

// A blob's size is its name.
std::uint64_t Reservations::size_of_shard(const fs::Folder& shard) {
  std::uint64_t size = 0;
  const auto folders = file_system_.list(shard);
  if (!folders) return 0;
  for (const fs::Entry& entry : *folders) {
    const auto folder = file_system_.open_folder(shard, entry.name);
    if (!folder) continue;
    const auto files = file_system_.list(*folder);
    if (!files) continue;
    for (const fs::Entry& file : *files) {
      std::uint64_t bytes = 0;
      const auto parsed =
          std::from_chars(file.name.data(), file.name.data() + file.name.size(), bytes);
      if (parsed.ec == std::errc() && std::string_view(parsed.ptr) == ".blob") size += bytes;
    }
  }
  return size;
}

void Reservations::set_limits(const StoreLimits& limits) {
  const std::lock_guard lock(mutex_);
  limits_ = limits;
}

void Reservations::count() {
  {
    const std::lock_guard lock(mutex_);
    if (limits_.max_store_size == 0) return;
  }
  const auto shards = file_system_.list(blobs_);
  if (!shards) return;
  std::atomic<std::uint64_t> size{0};
  pool_.parallel_for(shards->size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      if (const auto shard = file_system_.open_folder(blobs_, (*shards)[i].name))
        size += size_of_shard(*shard);
  });
  store_size_ = size.load();
}

}  // namespace shaman
