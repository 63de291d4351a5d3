// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "async/task.hpp"

namespace shaman::http {

/// All open connections, counted by client: enforces their deadlines, makes room for newcomers, and
/// ends them when the server stops. A deadline costs its connection one atomic store; the server
/// calls check() a few times a second. A connection is ended by shutting its socket down, which
/// wakes its coroutine like any end of the stream.
/// All members may be called from any thread.
class ConnectionTable {
 public:
  enum class Phase : std::uint8_t {
    idle,     ///< between requests: may be closed at any time
    tunnel,   ///< carries bytes that are no longer HTTP
    header,   ///< waits for a handshake's or a request header's end
    reading,  ///< waits for a body's bytes: past its deadline it can still be answered
    writing,  ///< waits for the client to take bytes
    waiting,  ///< waits for other clients: their uploads, memory that they hold
    working,  ///< waits for this server
  };

  /// One connection's place in the table, owned by its coroutine.
  class Entry {
   public:
    /// `socket` stays open until the entry is gone. `wake` interrupts a wait of the coroutine that
    /// is not for its socket. `client`: see client_key.hpp.
    Entry(ConnectionTable& table, int socket, std::function<void()> wake,
          std::string_view client = {});
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    void enter(Phase phase, Clock::duration at_most);
    /// It counts for this client from now on.
    void belong_to(std::string_view client);
    /// Ends its wait, so that others can have its resources; from any thread. False if this server
    /// is working for it.
    [[nodiscard]] bool give_way();
    [[nodiscard]] bool gave_way() const noexcept { return gave_way_; }
    /// The deadline has passed: the coroutine should give up.
    [[nodiscard]] bool is_expired() const noexcept { return expired_; }
    /// The server stops and cannot wait any longer.
    [[nodiscard]] bool is_cancelled() const noexcept { return cancelled_; }

    /// check() calls this, once, if the peer has closed its side; may be empty. It is called under
    /// the table's lock, and must only wake others.
    void tell_when_gone(std::function<void()> gone);
    /// give_way() calls this in addition to `wake`; may be empty. It must only wake others. Called
    /// at once if the connection was told before.
    void tell_when_giving_way(std::function<void()> others);

   private:
    friend class ConnectionTable;
    void check(Clock::time_point now);
    void hurry();
    void stop_waiting(Phase phase);
    void look_for_peer();
    ConnectionTable& table_;
    const int socket_;
    const std::function<void()> wake_;
    std::atomic<Phase> phase_{Phase::idle};
    std::atomic<Clock::time_point> deadline_{Clock::time_point::max()};
    std::atomic<bool> expired_{false};
    std::atomic<bool> cancelled_{false};
    std::atomic<bool> gave_way_{false};
    std::string client_;          // guarded by the table's mutex, but for its own coroutine
    std::function<void()> gone_;  // guarded by the table's mutex
    std::mutex others_mutex_;     // taken after the table's, or without it
    std::function<void()> others_;
    std::list<Entry*>::iterator place_;
  };

  /// Ends connections past their deadline, and notifies those whose peer has gone.
  void check(Clock::time_point now);
  /// Sets is_stopping(), closes idle connections, and gives a header that is still coming one
  /// second more.
  void stop();
  /// Closes all connections in any phase.
  void cancel();
  [[nodiscard]] bool is_stopping() const noexcept { return stopping_; }
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t size_of(std::string_view client) const;

  /// Closes one connection of the client that has no request under way, idle ones before those
  /// whose header is still coming, the longest in its phase first. False if there is none.
  [[nodiscard]] bool close_one_of(std::string_view client);
  /// The same for a newcomer, of the client that has most connections. If all of those have a
  /// request under way, one that waits for its client, or for others, is cut off, unless the
  /// newcomer's client would then have as many.
  [[nodiscard]] bool make_room_for(std::string_view newcomer);

 private:
  [[nodiscard]] Entry* first_to_go(std::string_view client, Phase up_to) const;
  void count(std::string_view client);
  void uncount(std::string_view client);

  mutable std::mutex mutex_;
  std::list<Entry*> entries_;
  std::map<std::string, std::size_t, std::less<>> counts_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> cancelling_{false};
};

}  // namespace shaman::http
