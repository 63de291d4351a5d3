// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/connection_table.hpp"

#include <utility>

#include <sys/socket.h>

namespace shaman::http {

ConnectionTable::Entry::Entry(ConnectionTable& table, int socket, std::function<void()> wake)
    : table_(table), socket_(socket), wake_(std::move(wake)) {
  const std::lock_guard lock(table_.mutex_);
  place_ = table_.entries_.insert(table_.entries_.end(), this);
  if (table_.cancelling_) cancelled_ = true;
}

ConnectionTable::Entry::~Entry() {
  const std::lock_guard lock(table_.mutex_);
  table_.entries_.erase(place_);
}

void ConnectionTable::Entry::enter(Phase phase, Clock::duration at_most) {
  deadline_ = Clock::now() + at_most;
  phase_ = phase;
}

void ConnectionTable::Entry::check(Clock::time_point now) {
  if (now < deadline_.load() || expired_.exchange(true)) return;
  // Whoever waits for the client's bytes can still be told 408; all others are cut off.
  ::shutdown(socket_, phase_ == Phase::reading ? SHUT_RD : SHUT_RDWR);
  wake_();
}

void ConnectionTable::check(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  for (Entry* entry : entries_)
    entry->check(now);
}

void ConnectionTable::stop() {
  stopping_ = true;
  const std::lock_guard lock(mutex_);
  for (Entry* entry : entries_)
    if (entry->phase_ == Phase::idle) ::shutdown(entry->socket_, SHUT_RDWR);
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
