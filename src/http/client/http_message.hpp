// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "shaman/error.hpp"

#include "http/client/body_source.hpp"
#include "http/client/line_meter.hpp"
#include "http/client/rate_limit.hpp"

namespace shaman::client {

struct HttpResponse;

/// Takes the body of an answer piece by piece, as it arrives. An error ends the exchange.
class AnswerSink {
 public:
  AnswerSink() = default;
  virtual ~AnswerSink() = default;
  AnswerSink(const AnswerSink&) = delete;
  AnswerSink& operator=(const AnswerSink&) = delete;

  /// The head of an answer 200 or 206; called once for each such answer, before its body.
  [[nodiscard]] virtual result<void> begin(const HttpResponse& head) = 0;
  [[nodiscard]] virtual result<void> write(std::span<const std::byte> piece) = 0;
};

/// A request, without its server.
struct HttpRequest {
  std::string method = "GET";
  std::string path;  ///< below the server's base URL; begins with a slash
  std::vector<std::pair<std::string, std::string>> headers;

  /// Opens the body again each time the request is sent; empty: there is none.
  std::function<result<std::unique_ptr<BodySource>>()> open_body;
  std::uint64_t body_length = 0;
  /// The body is compressed on the way, with `Content-Encoding: zstd`; none: it goes as it is.
  std::optional<int> zstd_level;
  /// Counts the body's content up as it is sent, and down again if no answer arrived; may be null.
  std::atomic<std::uint64_t>* bytes_sent = nullptr;

  RateLimit* rate = nullptr;  ///< limits the speed of the body on the line; null: no limit
  LineMeter* line = nullptr;  ///< measures the line; may be null

  /// Sends `Expect: 100-continue` and waits this long for a reply before it sends the body anyway;
  /// zero: sends all at once.
  std::chrono::milliseconds wait_for_continue{0};
  /// How long the server may take to answer once it has the whole request.
  std::chrono::milliseconds answer_within{120'000};
  std::size_t longest_answer = std::size_t{1} << 20U;

  /// Takes the body of an answer 200 or 206, of any length; HttpResponse::body is empty then. Null:
  /// no body is longer than `longest_answer`.
  AnswerSink* sink = nullptr;
  RateLimit* answer_rate = nullptr;  ///< limits how fast the sink gets its body; null: no limit
};

/// Whether a status may mean that the server, or a proxy before it, does not take the body's
/// Content-Encoding or its chunked coding: without them the answer may be another.
[[nodiscard]] constexpr bool may_be_of_coding(unsigned status) noexcept {
  return status == 400 || status == 411 || status == 415 || status == 501;
}

struct HttpResponse {
  unsigned status = 0;
  std::string address;  ///< of the called server, for messages
  std::string body;
  std::string location;  ///< of a redirection
  std::string content_type;
  std::string server;  ///< the Server field of the answer (RFC 9110, 10.2.4)
  std::string date;    ///< by the server's clock (RFC 9110, 6.6.1)
  std::string etag;
  std::string content_range;
  std::optional<std::chrono::seconds> retry_after;
  std::optional<std::uint64_t> upload_offset;  ///< Upload-Offset
  bool is_upload_complete = false;             ///< Upload-Complete: ?1
  std::optional<std::string> token_origin;     ///< Server::token_origin of the token that was sent
  std::uint64_t body_sent = 0;  ///< of the content of the request, when the answer came
};

}  // namespace shaman::client
