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

/// One client's socket, with or without TLS, and a small buffer for bytes that were read too far.
/// Handles bytes and time, not HTTP. All members are for its strand, except that work which its
/// coroutine waits for may call read_now(), write_now(), plain_socket() and count_written() on
/// another thread.
class Connection final : private FairBudget::Holder {
 public:
  using Phase = ConnectionTable::Phase;

  /// `seat` is its place at its address; null: it needs none. Given up once a request says who the
  /// client is, for a client is then not limited by its address.
  Connection(Socket socket, ConnectionTable& table, const Timeouts& timeouts,
             std::shared_ptr<void> seat = nullptr);
  ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Before anything else: speaks TLS from here on. False if the handshake fails; tls_failure()
  /// says why.
  [[nodiscard]] Task<bool> secure(const tls::ServerIdentity& identity);
  [[nodiscard]] bool is_secure() const noexcept { return tls_.has_value(); }
  struct TlsFailure {
    bool was_plain_http = false;  ///< the client sent a request without TLS; answer without it, too
    std::string why;
  };
  [[nodiscard]] const TlsFailure& tls_failure() const noexcept { return tls_failure_; }
  /// The client's certificate from the handshake; null if it sent none.
  [[nodiscard]] const std::shared_ptr<const tls::PeerCertificate>& certificate() const noexcept {
    return certificate_;
  }

  /// Between two requests.
  void use(const Timeouts& timeouts) { timeouts_ = timeouts; }
  /// For the rest of this request, in both directions: a transfer that holds memory must not be
  /// slow.
  void require_rate(std::uint64_t bytes_per_second) {
    timeouts_.min_rate = std::max(timeouts_.min_rate, bytes_per_second);
  }

  /// Bytes that were read and not consumed.
  [[nodiscard]] std::string_view buffered() const noexcept;
  void consume(std::size_t bytes) noexcept;
  /// Returns bytes that were read but belong to the next step.
  void put_back(std::string_view bytes);
  /// Reads more into the buffer, waiting as long as the phase's deadline allows. False at the end
  /// of the stream, and when the connection is broken, expired or cancelled.
  [[nodiscard]] Task<bool> fill();

  /// Waits until there is something to read from the socket, or its end. False as in fill().
  [[nodiscard]] Task<bool> wait_readable();
  enum class Now : std::uint8_t { data, would_block, ended };
  /// Reads the available bytes past the buffer, without waiting.
  [[nodiscard]] Now read_now(std::span<char> into, std::size_t& length);

  /// Writes all; each byte that moves extends the deadline. False if the client is gone or takes
  /// too little.
  [[nodiscard]] Task<bool> write(std::array<std::string_view, 3> parts);
  /// Writes what the socket takes, without waiting; like read_now().
  [[nodiscard]] Now write_now(std::string_view bytes, std::size_t& length);
  /// The socket for work that writes to it without a copy, as the operating system's number; none
  /// with TLS. Such work reports its bytes by count_written().
  [[nodiscard]] std::optional<int> plain_socket();
  void count_written(std::size_t bytes) noexcept { bytes_out_ += bytes; }
  /// Waits until the socket takes more. False if the client is gone or takes too little.
  [[nodiscard]] Task<bool> wait_writable(TransferRate& rate);
  /// No more will be written: the client sees the end of the stream.
  void finish_writing();

  /// Waits for a share of a budget, as client(); none if that takes longer than the time-out for
  /// this server's own work, or if the connection ends or must give way meanwhile. Unless
  /// `may_be` is `no`, the share can be taken back while the connection waits for its client or for
  /// others. `yes` promises that it does nothing else until the share's end.
  enum class TakenBack : std::uint8_t { no, for_now, yes };
  [[nodiscard]] Task<std::optional<FairBudget::Grant>> acquire(FairBudget& budget,
                                                               std::uint64_t amount,
                                                               TakenBack may_be = TakenBack::no);
  /// A budget took back this connection's share: the request must end.
  [[nodiscard]] bool gave_way() const noexcept { return entry_.gave_way(); }

  /// Returns a function that makes the client appear gone, from any thread, even after this
  /// connection has ended: for a request that takes over its work.
  [[nodiscard]] std::function<void()> interrupter();

  /// While it lives, a client that closes its side has gone: the connection is lost then, at once
  /// rather than when something is written to it, and `others` is called, from any thread; also if
  /// the connection gives way. For waits that read nothing from the client. One at a time.
  [[nodiscard]] std::shared_ptr<void> watch(std::function<void()> others = {});
  /// While it lives, `others` is called, from any thread, once the client has closed its side,
  /// whether or not all that it sent has been read. In place of watch().
  [[nodiscard]] std::shared_ptr<void> when_gone(std::function<void()> others);
  /// While it lives, `others` is called, from any thread, if the connection gives way.
  [[nodiscard]] std::shared_ptr<void> when_giving_way(std::function<void()> others);

  /// Each wait is in a phase, which states whom it waits for, and how long at most.
  void enter(Phase phase, Clock::duration at_most) { entry_.enter(phase, at_most); }
  void enter_working() { entry_.enter(Phase::working, timeouts_.work); }
  void enter_waiting() { entry_.enter(Phase::waiting, timeouts_.work); }
  [[nodiscard]] bool is_expired() const noexcept { return entry_.is_expired(); }
  /// No more can be sent to the client.
  [[nodiscard]] bool is_lost() const noexcept { return lost_ || entry_.is_cancelled(); }

  [[nodiscard]] Strand strand() { return socket_.get_executor(); }
  [[nodiscard]] Event& event() noexcept { return event_; }
  [[nodiscard]] const Timeouts& timeouts() const noexcept { return timeouts_; }
  [[nodiscard]] const std::string& peer() const noexcept { return peer_; }
  /// By its address: see client_of_address().
  [[nodiscard]] const std::string& client_of_peer() const noexcept { return client_of_peer_; }
  /// The client whose shares of the budgets it uses: that of the present request (client_key.hpp).
  [[nodiscard]] const std::string& client() const noexcept { return client_; }
  void set_client(const std::string& client) {
    client_ = client;
    entry_.belong_to(client);
    if (client != client_of_peer_) seat_.reset();
  }
  /// Behind a proxy with many clients: the client that this connection counts for.
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
  std::shared_ptr<void> seat_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::atomic<std::uint64_t> bytes_in_{0};
  std::atomic<std::uint64_t> bytes_out_{0};
  std::atomic<bool> lost_{false};  // also set by reads on the pool
  std::optional<tls::Channel> tls_;
  TlsFailure tls_failure_;
  std::shared_ptr<const tls::PeerCertificate> certificate_;
  Socket::wait_type reading_waits_for_ = Socket::wait_read;
  bool may_be_decrypted_ = true;  // TLS may hold more bytes than the socket shows
};

}  // namespace shaman::http
