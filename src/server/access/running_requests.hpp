// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <list>
#include <mutex>

#include "shaman/auth/access.hpp"

#include "server/current_options.hpp"
#include "server/exchange.hpp"

namespace shaman::http {

/// The running requests, so that one that outlives its right can be ended: a WebSocket, an upload,
/// a long answer. The server calls check() about once a second. Thread-safe.
class RunningRequests {
 public:
  /// One request, from when it was admitted to its end. On the strand of its connection.
  class Entry {
   public:
    /// `exchange` outlives the entry, and its evidence does not change.
    Entry(RunningRequests& all, const Exchange& exchange, auth::Role needed);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    friend class RunningRequests;
    RunningRequests& all_;
    const Exchange& exchange_;
    const auth::Role needed_;
    const Clock::time_point begun_ = Clock::now();
    std::uint64_t number_ = 0;
    std::list<Entry*>::iterator place_;
  };

  /// Judges each request again by the present options, and cuts the connection of one that would no
  /// longer be admitted. May read a token file.
  void check(const ServerOptions& options);

  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }

 private:
  struct Question;
  [[nodiscard]] std::list<Question> questions();
  void end(const std::list<Question>& refused);

  mutable std::mutex mutex_;
  std::list<Entry*> entries_;
  std::uint64_t last_number_ = 0;
};

}  // namespace shaman::http
