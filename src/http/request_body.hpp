// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "async/buffer_pool.hpp"
#include "async/transfer_rate.hpp"
#include "http/chunk_decoder.hpp"
#include "http/connection.hpp"
#include "http/request_head.hpp"

namespace shaman::http {

/// The body of one request, as a stream. The first wait for the client's bytes sends 100 Continue,
/// so that a handler that answers without reading spares the client the sending.
class RequestBody {
 public:
  RequestBody(Connection& connection, const RequestHead& head);

  enum class Failure : std::uint8_t {
    none,
    disconnected,  ///< the client is gone, or the server stops
    too_slow,      ///< stalled, or under the minimum rate
    malformed,     ///< invalid chunked coding
    overloaded,    ///< no memory became free within the time for the server's own work
  };
  [[nodiscard]] Failure failure() const noexcept { return failure_; }
  /// All of it has been read.
  [[nodiscard]] bool is_done() const noexcept { return done_; }
  /// No byte was read, and the client may still wait for 100 Continue before it sends.
  [[nodiscard]] bool is_unasked_for() const noexcept { return expects_continue_; }
  /// The answer was sent without requesting the body: bytes that still arrive are discarded.
  void answered_unasked() noexcept { expects_continue_ = false; }
  /// Bytes of the body received so far, decoded.
  [[nodiscard]] std::uint64_t received() const noexcept { return received_; }

  /// From here on; see Connection::require_rate().
  void require_rate(std::uint64_t bytes_per_second) {
    connection_.require_rate(bytes_per_second);
    rate_ = TransferRate(connection_.timeouts().min_rate, connection_.timeouts().rate_window);
  }

  /// A piece to read into, once there are bytes for it; none at the end and after a failure.
  [[nodiscard]] Task<Piece> next_room(BufferPool& pool);
  /// Reads the available bytes, without waiting; 0 if there are none. The only member that may be
  /// called off the strand: by work that the coroutine waits for.
  [[nodiscard]] std::size_t take(std::span<char> into);

  /// The next piece, filled, possibly with little; empty at the end and after a failure.
  [[nodiscard]] Task<Piece> next(BufferPool& pool);

  /// Reads up to `into.size()` bytes and at least one; 0 at the end and after a failure.
  [[nodiscard]] Task<std::size_t> read(std::span<char> into);

  /// Reads and discards the rest, so that a client that sends everything before it reads gets the
  /// answer. Gives up on a chunked body after more than `chunked_limit` bytes. Returns whether the
  /// connection can continue.
  [[nodiscard]] Task<bool> discard(std::uint64_t chunked_limit);

 private:
  [[nodiscard]] Task<bool> wait();
  [[nodiscard]] std::size_t read_now(std::span<char> into);
  [[nodiscard]] std::size_t read_buffered(std::span<char> into);
  [[nodiscard]] std::size_t read_socket(std::span<char> into);
  [[nodiscard]] std::size_t decode(std::span<char> bytes, std::size_t& consumed);
  void fail_by_connection();

  Connection& connection_;
  ChunkDecoder chunks_;
  TransferRate rate_;
  std::uint64_t left_ = 0;  // with a Content-Length
  std::uint64_t received_ = 0;
  Failure failure_ = Failure::none;
  bool is_chunked_;
  bool expects_continue_;
  bool done_;
  bool maybe_readable_ = true;
};

}  // namespace shaman::http
