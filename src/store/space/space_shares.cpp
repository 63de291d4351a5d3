// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/space/space_shares.hpp"

#include <algorithm>

namespace shaman {
namespace {

std::uint64_t less(std::uint64_t from, std::uint64_t amount) {
  return from - std::min(from, amount);
}

}  // namespace

// The other clients' reservations count up to their shares: the rest can be taken back.
std::uint64_t SpaceShares::others(const Client& mine, std::uint64_t room,
                                  std::uint64_t Client::*what) const {
  const std::uint64_t share = room / std::max<std::size_t>(clients_.size(), 1);
  std::uint64_t sum = 0;
  for (const auto& [name, client] : clients_)
    if (&client != &mine) sum += std::min(client.*what, share);
  return sum;
}

SpaceShares::Short SpaceShares::begin(std::string_view client, const SpaceAmount& wanted,
                                      const SpaceAmount& room, Hold*& hold) {
  const auto found = clients_.try_emplace(std::string(client)).first;
  Client& mine = found->second;
  mine.name = found->first;
  const bool has_inodes =
      wanted.inodes <= less(room.inodes, mine.inodes + others(mine, room.inodes, &Client::inodes));
  const bool has_bytes =
      wanted.bytes <= less(room.bytes, mine.left + others(mine, room.bytes, &Client::ahead));
  if (!has_inodes || !has_bytes) {
    if (mine.holds.empty()) clients_.erase(found);
    return has_inodes ? Short::bytes : Short::inodes;
  }
  mine.holds.emplace_back();
  hold = &mine.holds.back();
  hold->place = std::prev(mine.holds.end());
  hold->client = &mine;
  hold->left = wanted.bytes;
  hold->inodes = wanted.inodes;
  mine.left += wanted.bytes;
  mine.inodes += wanted.inodes;
  reserve(*hold, std::min(step_of(*hold), less(room.bytes, ahead_)));
  return Short::nothing;
}

SpaceShares::Short SpaceShares::begin_whole(std::string_view client, const SpaceAmount& wanted,
                                            const SpaceAmount& room, Hold*& hold) {
  const Short result = begin(client, wanted, room, hold);
  if (result != Short::nothing) return result;
  if (is_covered(*hold, wanted.bytes) || cover(*hold, wanted.bytes, room.bytes))
    return Short::nothing;
  end(*hold);
  return Short::bytes;
}

bool SpaceShares::is_covered(Hold& hold, std::uint64_t bytes) {
  if (hold.ahead < bytes) return false;
  hold.busy = bytes;
  return true;
}

bool SpaceShares::cover(Hold& hold, std::uint64_t bytes, std::uint64_t room) {
  const std::uint64_t needed = less(bytes, hold.ahead);
  if (needed > less(room, ahead_)) make_room(hold, needed, room);
  const std::uint64_t free = less(room, ahead_);
  if (needed > free) return false;
  reserve(hold, std::min(std::max(needed, step_of(hold)), free));
  hold.busy = bytes;
  return true;
}

// The bytes that may be reserved for it now, regardless of the free space.
std::uint64_t SpaceShares::step_of(const Hold& hold) const {
  const Client& client = *hold.client;
  const std::uint64_t of_client = less(kBeforeSending + client.written, client.ahead);
  const std::uint64_t of_hold = less(std::max(kFirstStep, hold.written), hold.ahead);
  return std::min({of_client, of_hold, less(hold.left, hold.ahead)});
}

void SpaceShares::reserve(Hold& hold, std::uint64_t bytes) {
  hold.ahead += bytes;
  hold.client->ahead += bytes;
  ahead_ += bytes;
}

// The youngest first, so that the oldest upload continues.
void SpaceShares::take_back(Client& from, std::uint64_t at_least, const Hold* but) {
  std::uint64_t taken = 0;
  for (auto hold = from.holds.rbegin(); hold != from.holds.rend() && taken < at_least; ++hold) {
    if (&*hold == but) continue;
    const std::uint64_t part = std::min(at_least - taken, less(hold->ahead, hold->busy));
    hold->ahead -= part;
    taken += part;
  }
  from.ahead -= taken;
  ahead_ -= taken;
}

void SpaceShares::make_room(const Hold& hold, std::uint64_t needed, std::uint64_t room) {
  const std::uint64_t share = room / clients_.size();
  for (auto& [name, client] : clients_) {
    const std::uint64_t missing = less(needed, less(room, ahead_));
    if (&client != hold.client && client.ahead > share)
      take_back(client, std::min(missing, client.ahead - share), nullptr);
  }
  if (const std::uint64_t missing = less(needed, less(room, ahead_)); missing > 0)
    take_back(*hold.client, missing, &hold);
}

void SpaceShares::wrote(Hold& hold, std::uint64_t bytes) {
  hold.busy = 0;
  hold.ahead -= bytes;
  hold.left = less(hold.left, bytes);
  hold.written += bytes;
  hold.client->ahead -= bytes;
  hold.client->left = less(hold.client->left, bytes);
  hold.client->written += bytes;
  ahead_ -= bytes;
  written_ += bytes;
}

void SpaceShares::end(Hold& hold) {
  Client& client = *hold.client;
  client.left -= hold.left;
  client.ahead -= hold.ahead;
  client.written -= hold.written;
  client.inodes -= hold.inodes;
  ahead_ -= hold.ahead;
  written_ -= hold.written;
  client.holds.erase(hold.place);
  if (client.holds.empty()) clients_.erase(clients_.find(client.name));
}

}  // namespace shaman
