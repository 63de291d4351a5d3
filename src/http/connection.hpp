// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/http/limits.hpp"
#include "shaman/tls.hpp"

#include "async/event.hpp"
#include "async/fair_budget.hpp"
#include "async/task.hpp"
#include "async/transfer_rate.hpp"
#include "http/connection_table.hpp"
#include "tls/channel.hpp"

namespace shaman::http {

/// One client's socket, with TLS or without, and a small buffer for what was read too far. Knows
/// bytes and time, no HTTP. Everything on its strand, but that work which its coroutine waits for
/// may read_now() on another thread.
class Connection final : private FairBudget::Holder {
 public:
  using Phase = ConnectionTable::Phase;

  Connection(Socket socket, ConnectionTable& table, const Timeouts& timeouts);
  ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Before anything else: speaks TLS from here on. False where the two do not come together;
  /// tls_failure() says why.
  [[nodiscard]] Task<bool> secure(const tls::ServerIdentity& identity);
  [[nodiscard]] bool is_secure() const noexcept { return tls_.has_value(); }
  struct TlsFailure {
    bool was_plain_http = false;  ///< what came was a request without TLS; answer without, too
    std::string why;
  };
  [[nodiscard]] const TlsFailure& tls_failure() const noexcept { return tls_failure_; }
  /// What the client has shown in the handshake; null where it has none.
  [[nodiscard]] const std::shared_ptr<const tls::PeerCertificate>& certificate() const noexcept {
    return certificate_;
  }

  /// Between two requests.
  void use(const Timeouts& timeouts) { timeouts_ = timeouts; }
  /// Of this request, in both directions from here on: what holds memory must not be slow.
  void require_rate(std::uint64_t bytes_per_second) {
    timeouts_.min_rate = std::max(timeouts_.min_rate, bytes_per_second);
  }

  /// What has been read and not consumed.
  [[nodiscard]] std::string_view buffered() const noexcept;
  void consume(std::size_t bytes) noexcept;
  /// Bytes that were read but belong to what comes next.
  void put_back(std::string_view bytes);
  /// Reads more into the buffer, waiting as long as the phase's deadline allows. False at the end
  /// of the stream, and when the connection is broken, expired or cancelled.
  [[nodiscard]] Task<bool> fill();

  /// Waits until there is something to read from the socket, or its end. False as in fill().
  [[nodiscard]] Task<bool> wait_readable();
  enum class Now : std::uint8_t { data, would_block, ended };
  /// Reads past the buffer what is there, without waiting.
  [[nodiscard]] Now read_now(std::span<char> into, std::size_t& length);

  /// Writes all; each byte that moves extends the deadline. False when the client is gone or takes
  /// too little.
  [[nodiscard]] Task<bool> write(std::array<std::string_view, 3> parts);
  /// No more will be written: the client sees the end of the stream.
  void finish_writing();

  /// Waits for a share of a budget, as client(); none when that takes longer than the time-out for
  /// this server's own work, or the connection is ended, or has to give way, meanwhile. What
  /// `may_be_taken_back` is so as soon as the connection waits for its client, or for others.
  enum class TakenBack : bool { no, yes };
  [[nodiscard]] Task<std::optional<FairBudget::Grant>> acquire(FairBudget& budget,
                                                               std::uint64_t amount,
                                                               TakenBack may_be = TakenBack::no);
  /// A budget took back what this connection has of it: the request is to be ended.
  [[nodiscard]] bool gave_way() const noexcept { return entry_.gave_way(); }

  /// What makes the client seem gone, from any thread, also when this connection is: for who takes
  /// over what it was doing.
  [[nodiscard]] std::function<void()> interrupter();

  /// While it lives, a client that closes its side has gone: the connection is lost then, at once
  /// rather than when something is written to it, and `others` is called, from any thread; also if
  /// the connection gives way. For waits in which nothing is read from the client. One at a time.
  [[nodiscard]] std::shared_ptr<void> watch(std::function<void()> others = {});
  /// While it lives, `others` is called, from any thread, once the client has closed its side,
  /// whether or not all that it sent has been read. In place of watch().
  [[nodiscard]] std::shared_ptr<void> when_gone(std::function<void()> others);
  /// While it lives, `others` is called, from any thread, if the connection gives way.
  [[nodiscard]] std::shared_ptr<void> when_giving_way(std::function<void()> others);

  /// Each wait happens in a phase that says who is waited for, and how long at most.
  void enter(Phase phase, Clock::duration at_most) { entry_.enter(phase, at_most); }
  void enter_working() { entry_.enter(Phase::working, timeouts_.work); }
  void enter_waiting() { entry_.enter(Phase::waiting, timeouts_.work); }
  [[nodiscard]] bool is_expired() const noexcept { return entry_.is_expired(); }
  /// Nothing more can be said to the client.
  [[nodiscard]] bool is_lost() const noexcept { return lost_ || entry_.is_cancelled(); }

  [[nodiscard]] Strand strand() { return socket_.get_executor(); }
  [[nodiscard]] Event& event() noexcept { return event_; }
  [[nodiscard]] const Timeouts& timeouts() const noexcept { return timeouts_; }
  [[nodiscard]] const std::string& peer() const noexcept { return peer_; }
  /// By its address: see client_of_address().
  [[nodiscard]] const std::string& client_of_peer() const noexcept { return client_of_peer_; }
  /// Whose shares of the budgets it uses: whoever asks at the moment (client_key.hpp).
  [[nodiscard]] const std::string& client() const noexcept { return client_; }
  void set_client(const std::string& client) { client_ = client; }
  /// Where a proxy speaks for many: whom this connection counts for.
  void belong_to(std::string_view client) { entry_.belong_to(client); }
  [[nodiscard]] std::uint64_t bytes_in() const noexcept { return bytes_in_; }
  [[nodiscard]] std::uint64_t bytes_out() const noexcept { return bytes_out_; }

 private:
  using Parts = std::array<std::string_view, 3>;

  [[nodiscard]] bool give_way() override { return entry_.give_way(); }
  [[nodiscard]] std::uint64_t moved() const override { return bytes_in_ + bytes_out_; }
  [[nodiscard]] Task<bool> wait_for(Socket::wait_type what);
  [[nodiscard]] Now read_secure(std::span<char> into, std::size_t& length);
  [[nodiscard]] Task<bool> fill_secure(std::span<char> room, std::size_t& length);
  [[nodiscard]] Now write_some(const Parts& parts, std::size_t& length);
  [[nodiscard]] Now write_secure(const Parts& parts, std::size_t& length);

  Socket socket_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  Event event_;
  std::string peer_;
  std::string client_of_peer_;
  std::string client_;
  ConnectionTable::Entry entry_;  // after the socket, so that it is gone before that is closed
  Timeouts timeouts_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::atomic<std::uint64_t> bytes_in_{0};
  std::atomic<std::uint64_t> bytes_out_{0};
  std::atomic<bool> lost_{false};  // also set by who reads on the pool
  std::optional<tls::Channel> tls_;
  TlsFailure tls_failure_;
  std::shared_ptr<const tls::PeerCertificate> certificate_;
  Socket::wait_type reading_waits_for_ = Socket::wait_read;
  bool may_be_decrypted_ = true;  // TLS can have more than the socket shows
};

}  // namespace shaman::http
