// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/connection_table.hpp"

#include <algorithm>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

namespace shaman::http {
namespace {

// A header that is on its way when the server stops arrives within this time.
constexpr std::chrono::seconds kHeaderAtTheEnd{1};

}  // namespace

ConnectionTable::Entry::Entry(ConnectionTable& table, int socket, std::function<void()> wake,
                              std::string_view client)
    : table_(table), socket_(socket), wake_(std::move(wake)), client_(client) {
  const std::lock_guard lock(table_.mutex_);
  place_ = table_.entries_.insert(table_.entries_.end(), this);
  table_.count(client_);
  if (table_.cancelling_) cancelled_ = true;
}

ConnectionTable::Entry::~Entry() {
  const std::lock_guard lock(table_.mutex_);
  table_.entries_.erase(place_);
  table_.uncount(client_);
}

void ConnectionTable::Entry::enter(Phase phase, Clock::duration at_most) {
  deadline_ = Clock::now() + at_most;
  phase_ = phase;
  if (table_.stopping_) hurry();
  // Whoever was told while waiting for others must not begin to wait for the client.
  if (gave_way_ && (phase == Phase::tunnel || phase == Phase::reading)) stop_waiting(phase);
}

void ConnectionTable::Entry::hurry() {
  const Phase phase = phase_;
  if (phase == Phase::header)
    deadline_ = std::min(deadline_.load(), Clock::now() + kHeaderAtTheEnd);
  else if (phase == Phase::tunnel)
    ::shutdown(socket_, SHUT_RDWR);
}

void ConnectionTable::Entry::belong_to(std::string_view client) {
  // Only this connection's coroutine changes it.
  if (client_ == client) return;
  const std::lock_guard lock(table_.mutex_);
  table_.uncount(client_);
  client_ = client;
  table_.count(client_);
}

bool ConnectionTable::Entry::give_way() {
  if (phase_ == Phase::working) return false;
  gave_way_ = true;
  // Looked at after the flag is set: a phase that begins meanwhile sees the flag.
  stop_waiting(phase_);
  wake_();
  const std::lock_guard lock(others_mutex_);
  if (others_) others_();
  return true;
}

void ConnectionTable::Entry::stop_waiting(Phase phase) {
  // A client that sends a body, or waits for others, can still get the reason.
  if (phase == Phase::reading)
    ::shutdown(socket_, SHUT_RD);
  else if (phase < Phase::waiting)
    ::shutdown(socket_, SHUT_RDWR);
}

void ConnectionTable::Entry::tell_when_giving_way(std::function<void()> others) {
  const std::lock_guard lock(others_mutex_);
  others_ = std::move(others);
  if (others_ && gave_way_) others_();
}

void ConnectionTable::Entry::tell_when_gone(std::function<void()> gone) {
  const std::lock_guard lock(table_.mutex_);
  gone_ = std::move(gone);
}

// Also if unread bytes are left: reading would not reach their end.
void ConnectionTable::Entry::look_for_peer() {
  if (!gone_) return;
  pollfd socket{socket_, POLLRDHUP, 0};
  if (::poll(&socket, 1, 0) <= 0) return;
  std::exchange(gone_, nullptr)();
}

void ConnectionTable::Entry::check(Clock::time_point now) {
  if (now < deadline_.load() || expired_.exchange(true)) return;
  // A connection that waits for the client's bytes can still be answered with 408; all others are
  // cut off.
  const Phase phase = phase_;
  const bool can_answer = phase == Phase::reading || phase == Phase::header;
  ::shutdown(socket_, can_answer ? SHUT_RD : SHUT_RDWR);
  wake_();
}

void ConnectionTable::count(std::string_view client) {
  const auto found = counts_.find(client);
  if (found != counts_.end())
    ++found->second;
  else
    counts_.emplace(client, 1);
}

void ConnectionTable::uncount(std::string_view client) {
  const auto found = counts_.find(client);
  if (--found->second == 0) counts_.erase(found);
}

std::size_t ConnectionTable::size_of(std::string_view client) const {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(client);
  return found == counts_.end() ? 0 : found->second;
}

// The phases are in the order in which they are closed.
ConnectionTable::Entry* ConnectionTable::first_to_go(std::string_view client, Phase up_to) const {
  Entry* first = nullptr;
  const auto rank = [](const Entry& entry) {
    return std::pair(entry.phase_.load(), entry.deadline_.load());
  };
  for (Entry* const entry : entries_) {
    if (entry->client_ != client || entry->phase_ > up_to || entry->gave_way_) continue;
    if (first == nullptr || rank(*entry) < rank(*first)) first = entry;
  }
  return first;
}

bool ConnectionTable::close_one_of(std::string_view client) {
  const std::lock_guard lock(mutex_);
  Entry* const entry = first_to_go(client, Phase::header);
  return entry != nullptr && entry->give_way();
}

bool ConnectionTable::make_room_for(std::string_view newcomer) {
  const std::lock_guard lock(mutex_);
  const auto largest =
      std::ranges::max_element(counts_, {}, [](const auto& each) { return each.second; });
  if (largest == counts_.end()) return false;
  const auto mine = counts_.find(newcomer);
  const std::size_t count = mine == counts_.end() ? 0 : mine->second;
  const bool may_cut_off = largest->second > count + 1;
  Entry* const entry = first_to_go(largest->first, may_cut_off ? Phase::waiting : Phase::header);
  return entry != nullptr && entry->give_way();
}

void ConnectionTable::check(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  for (Entry* entry : entries_) {
    entry->look_for_peer();
    entry->check(now);
  }
}

void ConnectionTable::stop() {
  stopping_ = true;
  const std::lock_guard lock(mutex_);
  for (Entry* entry : entries_) {
    // Later, an idle connection may be one whose last answer is still on its way.
    if (entry->phase_ == Phase::idle) ::shutdown(entry->socket_, SHUT_RDWR);
    entry->hurry();
  }
}

void ConnectionTable::cancel() {
  cancelling_ = true;
  const std::lock_guard lock(mutex_);
  for (Entry* entry : entries_) {
    entry->cancelled_ = true;
    ::shutdown(entry->socket_, SHUT_RDWR);
    entry->wake_();
  }
}

std::size_t ConnectionTable::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace shaman::http
