// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/request_body.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <vector>

#include <boost/asio/post.hpp>

namespace shaman::http {
namespace {

// Bytes that were read past the end of a chunked body are kept in the connection, which should stay
// small.
constexpr std::size_t kChunkedRead = 64 * 1024;
// Memory for discarded bytes; used between two suspensions only.
constexpr std::size_t kDiscardRead = 256 * 1024;
thread_local std::array<char, kDiscardRead> discarded;

// Encoded bytes on their way from the socket to the decoder.
constexpr std::size_t kEncodedRead = 64 * 1024;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

struct RequestBody::Decoding {
  Decoding(ContentCoding coding, std::uint64_t most) : decoder(coding), most_encoded(most) {}

  ContentDecoder decoder;
  const std::uint64_t most_encoded;
  std::vector<char> buffer;  ///< empty until bytes arrive
  std::span<const char> input;
  /// The decoder may still hold content for which there was no room.
  bool may_hold_more = false;
};

void RequestBody::EndDecoding::operator()(Decoding* decoding) const {
  const std::unique_ptr<Decoding> ended(decoding);
}

RequestBody::RequestBody(Connection& connection, const RequestHead& head)
    : connection_(connection),
      rate_(connection.timeouts().min_rate, connection.timeouts().rate_window),
      left_(head.content_length.value_or(0)),
      declared_(head.is_chunked ? std::nullopt : std::optional(left_)),
      is_chunked_(head.is_chunked),
      expects_continue_(head.expects_continue && head.has_body()),
      done_(!head.has_body()) {}

void RequestBody::fail_by_connection() {
  if (connection_.gave_way() && !connection_.is_lost())
    failure_ = Failure::overloaded;
  else
    failure_ = connection_.is_expired() && !connection_.is_lost() ? Failure::too_slow
                                                                  : Failure::disconnected;
}

RequestBody::Failure RequestBody::failure() const noexcept {
  const bool is_undecodable = decoding_ && decoding_->decoder.is_bad();
  return failure_ == Failure::none && is_undecodable ? Failure::undecodable : failure_;
}

std::string_view RequestBody::problem() const noexcept {
  return decoding_ ? std::string_view(decoding_->decoder.problem()) : std::string_view();
}

void RequestBody::decode(ContentCoding coding, std::uint64_t most_encoded) {
  decoding_.reset(new Decoding(coding, most_encoded));
}

std::uint64_t RequestBody::decoding_memory() const noexcept {
  return decoding_ ? decoding_->decoder.memory() + kEncodedRead : 0;
}

std::optional<std::uint64_t> RequestBody::content_length() const noexcept {
  return decoding_ ? decoding_->decoder.size() : declared_;
}

Task<bool> RequestBody::learn_content() {
  if (!decoding_) co_return failure_ == Failure::none;
  while (!decoding_->decoder.has_head()) {
    if (!co_await wait()) co_return false;
    if (!has_input()) continue;
    const std::size_t taken = decoding_->decoder.take_head(decoding_->input);
    decoding_->input = decoding_->input.subspan(taken);
  }
  co_return failure() == Failure::none;
}

Task<bool> RequestBody::wait() {
  if (!decoding_) co_return co_await wait_for_bytes();
  if (failure() != Failure::none) co_return false;
  if (!decoding_->input.empty() || decoding_->may_hold_more) co_return true;
  if (done_) decoding_->decoder.end();
  co_return co_await wait_for_bytes();
}

Task<bool> RequestBody::wait_for_bytes() {
  if (done_ || failure_ != Failure::none) co_return false;
  if (expects_continue_) {
    expects_continue_ = false;
    // RFC 9110, 10.1.1: not needed if the client sends without waiting for it.
    if (connection_.buffered().empty() && !co_await connection_.write({kContinue, {}, {}})) {
      failure_ = Failure::disconnected;
      co_return false;
    }
  }
  if (!connection_.buffered().empty() || maybe_readable_) co_return true;
  connection_.enter(Connection::Phase::reading, connection_.timeouts().stall);
  const auto begin = Clock::now();
  const bool readable = co_await connection_.wait_readable();
  rate_.waited(Clock::now() - begin);
  if (!readable)
    fail_by_connection();
  else if (rate_.is_too_slow())
    failure_ = Failure::too_slow;
  connection_.enter_working();
  maybe_readable_ = true;
  co_return failure_ == Failure::none;
}

std::size_t RequestBody::unchunk(std::span<char> bytes, std::size_t& consumed) {
  std::size_t length = bytes.size();
  if (is_chunked_) {
    const auto step = chunks_.decode(bytes);
    consumed = step.consumed;
    length = step.data;
    done_ = chunks_.is_done();
    if (chunks_.is_bad()) failure_ = Failure::malformed;
  } else {
    consumed = length;
    left_ -= length;
    done_ = left_ == 0;
  }
  rate_.moved(consumed);
  received_ += length;
  return length;
}

std::size_t RequestBody::read_buffered(std::span<char> into) {
  const std::string_view buffered = connection_.buffered();
  std::size_t length = std::min(buffered.size(), into.size());
  if (!is_chunked_) length = static_cast<std::size_t>(std::min<std::uint64_t>(length, left_));
  std::memcpy(into.data(), buffered.data(), length);
  std::size_t consumed = 0;
  const std::size_t decoded = unchunk(into.first(length), consumed);
  connection_.consume(consumed);
  return decoded;
}

std::size_t RequestBody::read_socket(std::span<char> into) {
  const std::uint64_t wanted = is_chunked_ ? kChunkedRead : left_;
  into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), wanted)));
  std::size_t length = 0;
  switch (connection_.read_now(into, length)) {
    case Connection::Now::would_block:
      maybe_readable_ = false;
      return 0;
    case Connection::Now::ended:
      fail_by_connection();
      return 0;
    case Connection::Now::data:
      break;
  }
  // A short read has emptied the socket: trying again at once would be in vain.
  if (length < into.size()) maybe_readable_ = false;
  std::size_t consumed = 0;
  const std::size_t decoded = unchunk(into.first(length), consumed);
  if (consumed < length && failure_ == Failure::none)
    connection_.put_back({into.data() + consumed, length - consumed});
  return decoded;
}

std::size_t RequestBody::read_now(std::span<char> into) {
  const std::size_t length = decoding_ ? read_content(into) : read_bytes(into);
  content_read_ += length;
  return length;
}

// Whether there are encoded bytes, without waiting for them.
bool RequestBody::has_input() {
  if (!decoding_->input.empty()) return true;
  decoding_->buffer.resize(kEncodedRead);
  decoding_->input = std::span(decoding_->buffer).first(read_bytes(decoding_->buffer));
  if (received_ > decoding_->most_encoded) decoding_->decoder.refuse_length();
  return !decoding_->input.empty();
}

std::size_t RequestBody::read_content(std::span<char> into) {
  Decoding& decoding = *decoding_;
  std::size_t filled = 0;
  while (filled < into.size() && !decoding.decoder.is_bad()) {
    if (!decoding.may_hold_more && !has_input()) break;
    const auto step = decoding.decoder.decode(decoding.input, into.subspan(filled));
    decoding.input = decoding.input.subspan(step.consumed);
    filled += step.produced;
    decoding.may_hold_more = filled == into.size() && !decoding.decoder.is_done();
  }
  return filled;
}

std::size_t RequestBody::read_bytes(std::span<char> into) {
  std::size_t filled = 0;
  while (filled < into.size() && !done_ && failure_ == Failure::none) {
    const std::span<char> room = into.subspan(filled);
    if (!connection_.buffered().empty())
      filled += read_buffered(room);
    else if (maybe_readable_)
      filled += read_socket(room);
    else
      break;
  }
  return filled;
}

Task<Piece> RequestBody::next_room(BufferPool& pool) {
  if (!co_await wait()) co_return Piece();
  auto grant = co_await connection_.acquire(pool.budget(), 1);
  if (grant) co_return pool.make_piece(*std::move(grant));
  failure_ = connection_.is_lost() ? Failure::disconnected : Failure::overloaded;
  co_return Piece();
}

std::size_t RequestBody::take(std::span<char> into) {
  connection_.enter_working();
  return read_now(into);
}

Task<Piece> RequestBody::next(BufferPool& pool) {
  for (;;) {
    Piece piece = co_await next_room(pool);
    if (!piece) co_return piece;
    piece.set_length(take(piece.room()));
    if (piece.length() > 0) co_return piece;
  }
}

Task<std::size_t> RequestBody::read(std::span<char> into) {
  while (co_await wait())
    if (const std::size_t length = read_now(into); length > 0) co_return length;
  co_return 0;
}

Task<bool> RequestBody::discard(std::uint64_t chunked_limit) {
  const std::uint64_t limit =
      is_chunked_ ? chunked_limit : std::numeric_limits<std::uint64_t>::max();
  while (co_await wait_for_bytes()) {
    (void)read_bytes(discarded);
    if (received_ > limit) co_return false;
    // A fast client must not keep this thread to itself.
    co_await asio::post(connection_.strand(), UseAwaitable{});
  }
  co_return done_;
}

}  // namespace shaman::http
