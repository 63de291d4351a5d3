// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "async/buffer_pool.hpp"
#include "async/transfer_rate.hpp"
#include "http/chunk_decoder.hpp"
#include "http/coding/content_decoder.hpp"
#include "http/connection.hpp"
#include "http/request_head.hpp"

namespace shaman::http {

/// The body of one request, as a stream. The first wait for the client's bytes sends 100 Continue,
/// so that a handler that answers without reading spares the client the sending. All members that
/// read give the content: without its transfer coding and, after decode(), its content coding.
class RequestBody {
 public:
  RequestBody(Connection& connection, const RequestHead& head);

  enum class Failure : std::uint8_t {
    none,
    disconnected,  ///< the client is gone, or the server stops
    too_slow,      ///< stalled, or under the minimum rate
    malformed,     ///< invalid chunked coding
    undecodable,   ///< problem() says why; the rest can be discarded, and the connection continues
    overloaded,    ///< no memory became free within the time for the server's own work
  };
  [[nodiscard]] Failure failure() const noexcept;
  /// Of Failure::undecodable, for a person.
  [[nodiscard]] std::string_view problem() const noexcept;
  /// All of it has been received.
  [[nodiscard]] bool is_done() const noexcept { return done_; }
  /// No byte was read, and the client may still wait for 100 Continue before it sends.
  [[nodiscard]] bool is_unasked_for() const noexcept { return expects_continue_; }
  /// The answer was sent without requesting the body: bytes that still arrive are discarded.
  void answered_unasked() noexcept { expects_continue_ = false; }
  /// Bytes received so far, without the chunked coding.
  [[nodiscard]] std::uint64_t received() const noexcept { return received_; }

  /// Before anything is read: the body has this content coding, and at most so many bytes.
  void decode(ContentCoding coding, std::uint64_t most_encoded);
  [[nodiscard]] bool is_encoded() const noexcept { return decoding_ != nullptr; }
  /// Receives the coding's head. False after a failure.
  [[nodiscard]] Task<bool> learn_content();
  /// How much memory decoding takes, after learn_content(); 0 for a body without a content coding.
  [[nodiscard]] std::uint64_t decoding_memory() const noexcept;
  /// The content's size, if it is known before it has been received. An encoded body states it in
  /// its head: after learn_content().
  [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept;
  /// Bytes of the content that have been read so far.
  [[nodiscard]] std::uint64_t content_read() const noexcept { return content_read_; }

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
  struct Decoding;

  [[nodiscard]] Task<bool> wait();
  [[nodiscard]] Task<bool> wait_for_bytes();
  [[nodiscard]] std::size_t read_now(std::span<char> into);
  [[nodiscard]] std::size_t read_content(std::span<char> into);
  [[nodiscard]] bool has_input();
  [[nodiscard]] std::size_t read_bytes(std::span<char> into);
  [[nodiscard]] std::size_t read_buffered(std::span<char> into);
  [[nodiscard]] std::size_t read_socket(std::span<char> into);
  [[nodiscard]] std::size_t unchunk(std::span<char> bytes, std::size_t& consumed);
  void fail_by_connection();

  Connection& connection_;
  ChunkDecoder chunks_;
  TransferRate rate_;
  std::uint64_t left_ = 0;                       // with a Content-Length
  const std::optional<std::uint64_t> declared_;  // the Content-Length
  std::uint64_t received_ = 0;
  std::uint64_t content_read_ = 0;
  Failure failure_ = Failure::none;
  bool is_chunked_;
  bool expects_continue_;
  bool done_;
  bool maybe_readable_ = true;
  // Null, and without any cost, for a body without a content coding.
  struct EndDecoding {
    void operator()(Decoding* decoding) const;
  };
  std::unique_ptr<Decoding, EndDecoding> decoding_;
};

}  // namespace shaman::http
