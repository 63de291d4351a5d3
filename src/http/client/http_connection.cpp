// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/client/http_connection.hpp"

#include <algorithm>
#include <cstring>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "shaman/text.hpp"

#include "base/number_text.hpp"
#include "http/client/outgoing_body.hpp"

namespace shaman::client {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;
constexpr std::size_t kReceiveBytes = 64 * 1024;
// A body on a fast network never blocks; give other connections of this thread their turn.
constexpr int kPiecesBeforeYielding = 16;
// No system's socket buffer grows this large: the server has received some of the data.
constexpr std::uint64_t kMoreThanOnTheWay = 8 << 20U;
constexpr const char* kTooLong = "the server made no progress for too long";

// A wait for the socket, for the meter of the line.
class LineWait {
 public:
  explicit LineWait(LineMeter* line) : line_(line) {
    if (line_ != nullptr) line_->begin_waiting(LineMeter::Clock::now());
  }
  ~LineWait() {
    if (line_ != nullptr) line_->end_waiting(LineMeter::Clock::now());
  }
  LineWait(const LineWait&) = delete;
  LineWait& operator=(const LineWait&) = delete;

 private:
  LineMeter* line_;
};

std::optional<std::chrono::seconds> seconds_of(std::string_view text) {
  const auto value = number_of<unsigned>(text);
  if (!value) return std::nullopt;
  return std::chrono::seconds(*value);
}

}  // namespace

// The progress of sending a request once.
struct HttpConnection::Attempt {
  std::uint64_t body_sent = 0;
  bool has_answer_begun = false;
  std::optional<HttpResponse> early;  ///< arrived before the body was sent
};

HttpConnection::HttpConnection(asio::any_io_executor strand, Server server, HttpTimeouts timeouts)
    : strand_(std::move(strand)), transport_(strand_, std::move(server), timeouts) {}

Error HttpConnection::broken(const std::string& why) const {
  return {errc::unreachable,
          "the connection to " + transport_.server().url.text() + " broke: " + why};
}

void HttpConnection::close() {
  transport_.close();
  received_.clear();
  was_used_ = false;
}

asio::awaitable<result<HttpResponse>> HttpConnection::exchange(const HttpRequest& request) {
  // A cancellation destroys the coroutine; the answer to its request may still come.
  if (is_exchanging_) close();
  for (;;) {
    const bool is_kept_alive = transport_.is_open() && was_used_;
    if (!transport_.is_open()) {
      received_.clear();
      was_used_ = false;
      const result<void> connected = co_await transport_.connect();
      if (!connected) co_return connected.error();
    }
    Attempt progress;
    is_exchanging_ = true;
    result<HttpResponse> answer = co_await attempt(request, progress);
    is_exchanging_ = false;
    if (answer) co_return answer;

    const asio::cancellation_state stopped = co_await asio::this_coro::cancellation_state;
    close();
    if (request.bytes_sent != nullptr) request.bytes_sent->fetch_sub(progress.body_sent);
    // Windows reports a wait that was cancelled as any broken connection.
    if (stopped.cancelled() != asio::cancellation_type::none)
      co_return Error{errc::cancelled,
                      "interrupted during communication with " + transport_.server().url.text()};
    // A server may close an idle connection at any time; that says nothing about this request.
    const bool was_stale = is_kept_alive && !progress.has_answer_begun &&
                           progress.body_sent < kMoreThanOnTheWay &&
                           answer.error().code == errc::unreachable;
    if (!was_stale) co_return answer;
  }
}

std::string HttpConnection::head_of(const HttpRequest& request) const {
  const Server& server = transport_.server();
  std::string head = request.method + " " + server.url.prefix + request.path + " HTTP/1.1\r\n";
  const auto add = [&](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  add("Host", server.url.authority());
  if (!server.token.empty()) add("Authorization", "Bearer " + server.token);
  add("User-Agent", "shaman");
  add("Accept", "application/json");
  for (const auto& [name, value] : request.headers)
    add(name, value);
  if (request.open_body && request.zstd_level) {
    add("Content-Encoding", "zstd");
    add("Transfer-Encoding", "chunked");
  } else if (request.open_body) {
    add("Content-Length", std::to_string(request.body_length));
  }
  if (request.wait_for_continue.count() > 0) add("Expect", "100-continue");
  return head += "\r\n";
}

asio::awaitable<result<HttpResponse>> HttpConnection::attempt(const HttpRequest& request,
                                                              Attempt& progress) {
  std::unique_ptr<BodySource> body;
  if (request.open_body) {
    result<std::unique_ptr<BodySource>> opened = request.open_body();
    if (!opened) co_return opened.error();
    body = std::move(*opened);
  }

  const result<Sent> sent = co_await send(request, body.get(), progress);
  if (!sent && sent.error().code != errc::unreachable) co_return sent.error();
  if (!sent) {
    // A server that refuses a body may close at once; its reason may have arrived all the same.
    result<HttpResponse> last_words = co_await read_one(request, progress, milliseconds(0));
    if (!last_words || last_words->status < 200) co_return sent.error();
    close();
    last_words->body_sent = progress.body_sent;
    co_return last_words;
  }
  if (!progress.early) {
    result<HttpResponse> final_answer = co_await read_final(request, progress);
    if (!final_answer) co_return final_answer;
    progress.early = std::move(*final_answer);
  }
  result<HttpResponse> answer = std::move(*progress.early);
  if (answer && !sent->is_whole) close();  // the server still waits for the body's rest
  if (answer) answer->body_sent = progress.body_sent;
  was_used_ = true;
  co_return answer;
}

asio::awaitable<result<HttpConnection::Sent>> HttpConnection::send(const HttpRequest& request,
                                                                   BodySource* body,
                                                                   Attempt& progress) {
  const std::string head = head_of(request);
  std::uint64_t piece =
      body == nullptr ? 0 : std::min<std::uint64_t>(request.body_length, kPieceBytes);
  if (request.zstd_level) piece = kPieceBytes;
  outgoing_.resize(std::max<std::size_t>(head.size() + piece, outgoing_.size()));
  std::memcpy(outgoing_.data(), head.data(), head.size());

  if (request.wait_for_continue.count() == 0) {
    if (body != nullptr) co_return co_await send_body(request, *body, head.size(), progress);
    co_return co_await write(request, head.size(), progress);
  }
  const result<Sent> sent = co_await write(request, head.size(), progress);
  if (!sent || !sent->is_whole) co_return sent;
  const result<bool> may_continue = co_await is_told_to_continue(request, progress);
  if (!may_continue) co_return may_continue.error();
  if (!*may_continue) co_return Sent{};
  co_return co_await send_body(request, *body, 0, progress);
}

// The first `head_size` bytes of outgoing_ go before the body's first piece, in the same packet.
asio::awaitable<result<HttpConnection::Sent>> HttpConnection::send_body(const HttpRequest& request,
                                                                        BodySource& body,
                                                                        std::size_t head_size,
                                                                        Attempt& progress) {
  OutgoingBody outgoing(body, request.body_length, request.zstd_level);
  const std::size_t most = request.rate != nullptr ? request.rate->piece(kPieceBytes) : kPieceBytes;
  for (int pieces = 1; !outgoing.is_done() || head_size > 0; ++pieces) {
    const std::size_t room = std::min(most, outgoing_.size() - head_size);
    const auto piece = outgoing.next(std::span(outgoing_).subspan(head_size, room));
    if (!piece) co_return piece.error();
    if (request.rate != nullptr) {
      const auto now = RateLimit::Clock::now();
      asio::steady_timer turn(strand_, request.rate->book(piece->bytes, now));
      if (turn.expiry() > now) co_await turn.async_wait(asio::use_awaitable);
    }
    const result<Sent> sent = co_await write(request, head_size + piece->bytes, progress);
    if (!sent || !sent->is_whole) co_return sent;
    head_size = 0;
    progress.body_sent += piece->content;
    if (request.bytes_sent != nullptr) request.bytes_sent->fetch_add(piece->content);
    if (pieces % kPiecesBeforeYielding == 0) co_await asio::post(strand_, asio::use_awaitable);
  }
  co_return Sent{true};
}

asio::awaitable<result<HttpConnection::Sent>> HttpConnection::write(const HttpRequest& request,
                                                                    std::size_t size,
                                                                    Attempt& progress) {
  std::span<const std::byte> left = std::span(outgoing_).first(size);
  while (!left.empty()) {
    std::size_t count = 0;
    const Transport::Now now = transport_.write_some(left, count);
    left = left.subspan(count);
    if (request.line != nullptr) request.line->moved(count);
    if (now == Transport::Now::moved) continue;
    if (now != Transport::Now::would_block) co_return broken(transport_.failure());

    bool has_spoken = received_.size() > 0;
    if (!has_spoken) {
      const LineWait wait(request.line);
      const auto waited = co_await transport_.wait(true, transport_.timeouts().stall);
      if (!waited) co_return broken(kTooLong);
      // TLS's own messages are not an answer.
      std::size_t heard = 0;
      has_spoken = waited->readable && receive_now(heard) != Transport::Now::would_block;
    }
    if (!has_spoken) continue;
    result<HttpResponse> word = co_await read_one(request, progress, transport_.timeouts().stall);
    if (!word) co_return word.error();
    if (word->status >= 200) {
      progress.early = std::move(*word);
      co_return Sent{};
    }
  }
  co_return Sent{true};
}

asio::awaitable<result<bool>> HttpConnection::is_told_to_continue(const HttpRequest& request,
                                                                  Attempt& progress) {
  const auto until = std::chrono::steady_clock::now() + request.wait_for_continue;
  for (bool has_spoken = received_.size() > 0; !has_spoken;) {
    const auto left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now());
    const auto waited = co_await transport_.wait(false, std::max(left, milliseconds(0)));
    if (!waited) co_return true;  // a server that does not support it
    std::size_t heard = 0;
    has_spoken = receive_now(heard) != Transport::Now::would_block;
  }
  result<HttpResponse> word = co_await read_one(request, progress, transport_.timeouts().stall);
  if (!word) co_return word.error();
  if (word->status < 200) co_return true;
  progress.early = std::move(*word);
  co_return false;
}

asio::awaitable<result<HttpResponse>> HttpConnection::read_final(const HttpRequest& request,
                                                                 Attempt& progress) {
  if (request.sink != nullptr) co_return co_await read_to_sink(request, progress);
  for (;;) {
    result<HttpResponse> answer = co_await read_one(request, progress, request.answer_within);
    if (!answer || answer->status >= 200) co_return answer;
  }
}

Error HttpConnection::not_http(const error_code& error) const {
  return {errc::protocol_error,
          transport_.server().url.text() + " sent an invalid HTTP response: " + error.message()};
}

template <class Message>
HttpResponse HttpConnection::described(const Message& message) const {
  HttpResponse response;
  response.status = message.result_int();
  response.address = transport_.server().url.text();
  response.location = std::string(message[http::field::location]);
  response.content_type = std::string(message[http::field::content_type]);
  response.server = std::string(message[http::field::server]);
  response.date = std::string(message[http::field::date]);
  response.etag = std::string(message[http::field::etag]);
  response.content_range = std::string(message[http::field::content_range]);
  response.retry_after = seconds_of(message[http::field::retry_after]);
  response.upload_offset = number_of<std::uint64_t>(message["Upload-Offset"]);
  if (!transport_.server().token.empty()) response.token_origin = transport_.server().token_origin;
  response.is_upload_complete = message["Upload-Complete"].starts_with("?1");
  return response;
}

template <class Parser>
asio::awaitable<result<void>> HttpConnection::fill(Parser& parser, bool head_alone,
                                                   Attempt& progress, milliseconds patience) {
  const auto is_enough = [&] { return head_alone ? parser.is_header_done() : parser.is_done(); };
  while (!is_enough()) {
    error_code error;
    if (received_.size() > 0) received_.consume(parser.put(received_.data(), error));
    if (error && error != http::error::need_more) co_return not_http(error);
    if (is_enough()) break;

    const result<std::size_t> count = co_await receive(patience);
    if (!count) co_return count.error();
    progress.has_answer_begun = progress.has_answer_begun || *count > 0;
    if (*count == 0) {
      if (!parser.got_some()) co_return broken("the server closed it");
      parser.put_eof(error);
      if (error) co_return broken("the server closed it in the middle of a response");
    }
    patience = transport_.timeouts().stall;
  }
  co_return result<void>();
}

asio::awaitable<result<HttpResponse>> HttpConnection::read_one(const HttpRequest& request,
                                                               Attempt& progress,
                                                               milliseconds patience) {
  http::response_parser<http::string_body> parser;
  parser.eager(true);
  parser.body_limit(request.longest_answer);
  parser.skip(request.method == "HEAD");
  if (const result<void> read = co_await fill(parser, false, progress, patience); !read)
    co_return read.error();
  const bool closes = parser.get().result_int() >= 200 && !parser.keep_alive();
  http::response<http::string_body> message = parser.release();
  if (closes) close();
  HttpResponse response = described(message);
  response.body = std::move(message.body());
  co_return response;
}

asio::awaitable<result<HttpResponse>> HttpConnection::read_to_sink(const HttpRequest& request,
                                                                   Attempt& progress) {
  for (;;) {
    http::response_parser<http::empty_body> head;
    head.body_limit(boost::none);
    if (const auto read = co_await fill(head, true, progress, request.answer_within); !read)
      co_return read.error();
    const unsigned status = head.get().result_int();
    if (status < 200) continue;
    HttpResponse response = described(head.get());
    bool closes = false;
    if (status == 200 || status == 206) {
      http::response_parser<http::buffer_body> parser(std::move(head));
      parser.eager(true);
      result<void> taken = request.sink->begin(response);
      if (taken) taken = co_await pour(parser, request);
      if (!taken) co_return taken.error();
      closes = !parser.keep_alive();
    } else {
      http::response_parser<http::string_body> parser(std::move(head));
      parser.eager(true);
      parser.body_limit(request.longest_answer);
      if (const auto read = co_await fill(parser, false, progress, transport_.timeouts().stall);
          !read)
        co_return read.error();
      response.body = std::move(parser.get().body());
      closes = !parser.keep_alive();
    }
    if (closes) close();
    co_return response;
  }
}

template <class Parser>
asio::awaitable<result<void>> HttpConnection::pour(Parser& parser, const HttpRequest& request) {
  std::vector<std::byte> piece(
      request.answer_rate != nullptr ? request.answer_rate->piece(kPieceBytes) : kPieceBytes);
  for (int pieces = 1; !parser.is_done();) {
    auto& body = parser.get().body();
    body.data = piece.data();
    body.size = piece.size();
    body.more = true;
    error_code error;
    std::size_t used = 0;
    if (received_.size() > 0) received_.consume(used = parser.put(received_.data(), error));
    if (error && error != http::error::need_buffer && error != http::error::need_more)
      co_return not_http(error);
    if (const std::size_t size = piece.size() - body.size; size > 0) {
      if (request.answer_rate != nullptr) {
        const auto now = RateLimit::Clock::now();
        asio::steady_timer turn(strand_, request.answer_rate->book(size, now));
        if (turn.expiry() > now) co_await turn.async_wait(asio::use_awaitable);
      }
      if (auto taken = request.sink->write(std::span(piece).first(size)); !taken) co_return taken;
      if (pieces++ % kPiecesBeforeYielding == 0) co_await asio::post(strand_, asio::use_awaitable);
      continue;
    }
    if (used > 0 || parser.is_done()) continue;
    const result<std::size_t> count = co_await receive(transport_.timeouts().stall);
    if (!count) co_return count.error();
    if (*count > 0) continue;
    parser.put_eof(error);
    if (error) co_return broken("the server closed it in the middle of a response");
  }
  co_return result<void>();
}

Transport::Now HttpConnection::receive_now(std::size_t& count) {
  const auto room = received_.prepare(kReceiveBytes);
  const Transport::Now now =
      transport_.read_some({static_cast<char*>(room.data()), room.size()}, count);
  received_.commit(count);
  return now;
}

// 0 at the end of the connection.
asio::awaitable<result<std::size_t>> HttpConnection::receive(milliseconds patience) {
  for (;;) {
    std::size_t count = 0;
    const Transport::Now now = receive_now(count);
    if (now == Transport::Now::moved) co_return count;
    if (now == Transport::Now::ended) co_return std::size_t{0};
    if (now == Transport::Now::failed) co_return broken(transport_.failure());
    if (!co_await transport_.wait(false, patience)) co_return broken(kTooLong);
  }
}

}  // namespace shaman::client
