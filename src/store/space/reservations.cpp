// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/space/reservations.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "shaman/text.hpp"
#include "shaman/units.hpp"

#include "store/disk_error.hpp"

namespace shaman {
namespace {

// A blob, its folder, and the folder above if it is the first in it.
constexpr std::uint64_t kInodesPerFile = 3;

std::uint64_t left_of(std::uint64_t from, std::uint64_t amount) {
  return from - std::min(from, amount);
}

// The limit that leaves less than the free space.
std::string kept_free(const std::string& amount, const char* option, std::uint64_t limit) {
  return limit == 0 ? std::string() : ", of which " + amount + " must stay free (" + option + ")";
}

std::string in_progress(std::uint64_t bytes) {
  return bytes == 0 ? std::string()
                    : ", and " + units::size_text(bytes) + " are taken by uploads in progress";
}

}  // namespace

Reservations::Hold& Reservations::Hold::operator=(Hold&& other) noexcept {
  if (this != &other) {
    release();
    owner_ = std::exchange(other.owner_, nullptr);
    hold_ = other.hold_;
  }
  return *this;
}

void Reservations::Hold::release() noexcept {
  Reservations* const owner = std::exchange(owner_, nullptr);
  if (owner == nullptr) return;
  const std::lock_guard lock(owner->mutex_);
  owner->shares_.end(*hold_);
}

// Nearly always it is covered already, without a system call.
result<void> Reservations::Hold::cover(std::uint64_t bytes) {
  const std::lock_guard lock(owner_->mutex_);
  if (SpaceShares::is_covered(*hold_, bytes)) return {};
  const auto room = owner_->look_for_room();
  if (!room) return room.error();
  if (owner_->shares_.cover(*hold_, bytes, room->amount.bytes)) return {};
  return owner_->no_room(*room, {hold_->left, 0}, SpaceShares::Short::bytes);
}

void Reservations::Hold::wrote(std::uint64_t bytes) {
  const std::lock_guard lock(owner_->mutex_);
  owner_->shares_.wrote(*hold_, bytes);
}

result<Reservations::Hold> Reservations::begin_upload(std::string_view client,
                                                      std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto room = look_for_room();
  if (!room) return room.error();
  const SpaceAmount wanted{bytes, kInodesPerFile};
  SpaceShares::Hold* hold = nullptr;
  const auto what_is_short = shares_.begin(client, wanted, room->amount, hold);
  if (what_is_short != SpaceShares::Short::nothing) return no_room(*room, wanted, what_is_short);
  return Hold(*this, *hold);
}

result<Reservations::Hold> Reservations::set_aside(std::string_view client,
                                                   const SpaceAmount& amount, Counts counts) {
  const std::lock_guard lock(mutex_);
  const auto room = look_for_room(counts);
  if (!room) return room.error();
  SpaceShares::Hold* hold = nullptr;
  const auto what_is_short = shares_.begin_whole(client, amount, room->amount, hold);
  if (what_is_short != SpaceShares::Short::nothing) return no_room(*room, amount, what_is_short);
  return Hold(*this, *hold);
}

result<std::uint64_t> Reservations::left_for_uploads() const {
  const std::lock_guard lock(mutex_);
  const auto room = look_for_room();
  if (!room) return room.error();
  return room->amount.bytes;
}

result<std::uint64_t> Reservations::left_on_disk() const {
  const std::lock_guard lock(mutex_);
  const auto room = look_for_room(Counts::as_links);
  if (!room) return room.error();
  return room->amount.bytes;
}

result<Reservations::Room> Reservations::look_for_room(Counts counts) const {
  auto space = file_system_.space(root_);
  // As reported at the start.
  if (!space && fs::is_unsupported(space.error())) space = fs::Space::unknown();
  if (!space) return disk_error(space.error(), "ask for the free space of the storage");
  Room room;
  room.space = *space;
  room.amount = {left_of(space->free_bytes, limits_.min_free_space),
                 left_of(space->free_inodes, limits_.min_free_inodes)};
  if (limits_.max_store_size == 0 || counts == Counts::as_links) return room;
  const std::uint64_t of_store = left_of(limits_.max_store_size, store_size_ + shares_.written());
  room.is_by_store_size = of_store < room.amount.bytes;
  room.amount.bytes = std::min(room.amount.bytes, of_store);
  return room;
}

Error Reservations::no_room(const Room& room, const SpaceAmount& wanted,
                            SpaceShares::Short what) const {
  if (what == SpaceShares::Short::inodes)
    return {errc::storage_full,
            "the storage has too few inodes for another file: " +
                text::count_of(room.space.free_inodes, "inode is", "inodes are") + " free" +
                kept_free(std::to_string(limits_.min_free_inodes), "min-free-inodes",
                          limits_.min_free_inodes) +
                "; collect garbage, erase checkouts, or use a file system with more inodes"};
  if (room.is_by_store_size)
    return {errc::storage_full,
            "the store has no room for " + units::size_text(wanted.bytes) + ": max-store-size is " +
                units::size_text(limits_.max_store_size) + ", of which " +
                units::size_text(store_size_) + " are stored" + in_progress(shares_.written()) +
                "; collect garbage, or raise max-store-size"};
  return {errc::storage_full, "the storage has no room for " + units::size_text(wanted.bytes) +
                                  ": " + units::size_text(room.space.free_bytes) + " are free" +
                                  kept_free(units::size_text(limits_.min_free_space),
                                            "min-free-space", limits_.min_free_space) +
                                  in_progress(shares_.reserved()) +
                                  "; collect garbage, or erase checkouts"};
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
