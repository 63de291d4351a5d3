// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>

#include "http/task.hpp"

namespace shaman::http {

/// All open connections: enforces their deadlines and ends them when the server stops. A deadline
/// costs its connection one atomic store; somebody calls check() a few times a second. A connection
/// is ended by shutting its socket down, which wakes its coroutine like any end of the stream.
/// All members may be called from any thread.
class ConnectionTable {
 public:
  enum class Phase : std::uint8_t {
    idle,     ///< between requests: may be closed at any time
    reading,  ///< waits for the client's bytes: past its deadline it can still be answered
    working,  ///< waits for this server
    writing,  ///< waits for the client to take bytes
  };

  /// One connection's place in the table, owned by its coroutine.
  class Entry {
   public:
    /// `socket` stays open until the entry is gone. `wake` interrupts what the coroutine waits for
    /// besides its socket.
    Entry(ConnectionTable& table, int socket, std::function<void()> wake);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    void enter(Phase phase, Clock::duration at_most);
    /// The deadline has passed: the coroutine should give up.
    [[nodiscard]] bool is_expired() const noexcept { return expired_; }
    /// The server stops and cannot wait any longer.
    [[nodiscard]] bool is_cancelled() const noexcept { return cancelled_; }

   private:
    friend class ConnectionTable;
    void check(Clock::time_point now);
    ConnectionTable& table_;
    const int socket_;
    const std::function<void()> wake_;
    std::atomic<Phase> phase_{Phase::idle};
    std::atomic<Clock::time_point> deadline_{Clock::time_point::max()};
    std::atomic<bool> expired_{false};
    std::atomic<bool> cancelled_{false};
    std::list<Entry*>::iterator place_;
  };

  /// Ends what is past its deadline.
  void check(Clock::time_point now);
  /// From now on is_stopping(), and what is idle is closed.
  void stop();
  /// Closes all, whatever they do.
  void cancel();
  [[nodiscard]] bool is_stopping() const noexcept { return stopping_; }
  [[nodiscard]] std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  std::list<Entry*> entries_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> cancelling_{false};
};

}  // namespace shaman::http
