// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/question.hpp"

#include <array>
#include <utility>

#include "http/request_body.hpp"

namespace shaman::proxy {
namespace {

// Such answers are of some thousand bytes.
constexpr std::size_t kLongest = 1024 * 1024;
constexpr unsigned kLoopDetected = 508;

}  // namespace

http::Task<bool> read_answer_head(http::Connection& manager, AnswerHead& head, bool& has_begun) {
  for (;;) {
    AnswerParser parser;
    auto state = AnswerParser::State::needs_more;
    while (state == AnswerParser::State::needs_more) {
      if (manager.buffered().empty() && !co_await manager.fill()) co_return false;
      has_begun = true;
      std::size_t consumed = 0;
      state = parser.parse(manager.buffered(), consumed);
      manager.consume(consumed);
      if (state == AnswerParser::State::needs_more && !co_await manager.fill()) co_return false;
    }
    if (state == AnswerParser::State::bad) co_return false;
    head = parser.take();
    if (!head.is_interim()) co_return true;
  }
}

http::Task<result<std::string>> ask_manager(Upstream& upstream, const http::Strand& strand,
                                            const std::string& path) {
  auto connected = co_await upstream.connect(strand);
  if (!connected) co_return connected.error();
  const Upstream::Lease manager = *std::move(connected);
  const std::string request =
      "GET " + path + " HTTP/1.1\r\nHost: " + upstream.address().authority() + "\r\nVia: 1.1 " +
      upstream.own_name() + "\r\nConnection: close\r\n\r\n";
  AnswerHead head;
  bool has_begun = false;
  bool is_whole = co_await manager->write({request, {}, {}});
  manager->enter(http::Connection::Phase::reading, upstream.timeouts().answer);
  if (is_whole) is_whole = co_await read_answer_head(*manager, head, has_begun);
  if (!is_whole)
    co_return Error{errc::unreachable, "the Flamenco Manager at " + upstream.address().authority() +
                                           " does not answer a question about its state"};
  if (head.status() == kLoopDetected)
    co_return Error{errc::unreachable, "the address " + upstream.address().authority() +
                                           " (option manager) leads back to this server, and not"
                                           " to the Flamenco Manager"};
  std::string body;
  if (head.status() != 200) co_return body;
  http::RequestHead framing;
  framing.content_length = head.content_length;
  framing.is_chunked = head.is_chunked;
  http::RequestBody answer(*manager, framing);
  std::array<char, 4096> piece{};
  while (const std::size_t length = co_await answer.read(piece)) {
    body.append(piece.data(), length);
    if (body.size() > kLongest) break;
  }
  co_return body;
}

}  // namespace shaman::proxy
