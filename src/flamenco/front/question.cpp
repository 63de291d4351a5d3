// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/question.hpp"

#include <utility>
#include <vector>

#include "flamenco/front/head_text.hpp"
#include "http/request_body.hpp"

namespace shaman::proxy {
namespace {

// A job has a few thousand bytes, and a farm has a few thousand jobs.
constexpr std::size_t kLongest = std::size_t{128} << 20;
constexpr unsigned kLoopDetected = 508;

std::string text_of(const manager::Request& question, const Upstream& upstream) {
  std::string text = question.method + " " + question.path +
                     " HTTP/1.1\r\nHost: " + upstream.address().authority() + "\r\n" +
                     marks_of(upstream.own_name()) + "Connection: close\r\n";
  if (!question.json.empty())
    text += "Content-Type: application/json\r\nContent-Length: " +
            std::to_string(question.json.size()) + "\r\n";
  return text + "\r\n" + question.json;
}

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

http::Task<result<manager::Answer>> ask_manager(Upstream& upstream, http::Connection& client,
                                                const manager::Request& question) {
  const std::string manager_name = "the Flamenco Manager at " + upstream.address().authority();
  auto connected = co_await upstream.connect(client.strand());
  if (!connected) co_return connected.error();
  const Upstream::Lease manager = *std::move(connected);
  const auto watch = client.watch(manager->interrupter());
  const std::string request = text_of(question, upstream);
  AnswerHead head;
  bool has_begun = false;
  bool is_whole = co_await manager->write({request, {}, {}});
  manager->enter(http::Connection::Phase::reading, upstream.timeouts().answer);
  if (is_whole) is_whole = co_await read_answer_head(*manager, head, has_begun);
  if (!is_whole)
    co_return Error{errc::unreachable, manager_name + " did not answer a request of this server"};
  if (head.status() == kLoopDetected)
    co_return Error{errc::unreachable, "the address " + upstream.address().authority() +
                                           " (option manager) leads back to this server instead"
                                           " of to the Flamenco Manager"};
  manager::Answer told;
  told.status = head.status();
  told.location = head.fields[boost::beast::http::field::location];
  if (told.status != 200) co_return told;
  if (!head.is_chunked && !head.content_length)
    co_return Error{errc::protocol_error, manager_name + " sent an answer without a length"};
  http::RequestHead framing;
  framing.content_length = head.content_length;
  framing.is_chunked = head.is_chunked;
  http::RequestBody answer(*manager, framing);
  std::vector<char> piece(64 * 1024);
  while (const std::size_t length = co_await answer.read(piece)) {
    told.body.append(piece.data(), length);
    if (told.body.size() > kLongest)
      co_return Error{errc::protocol_error, manager_name + " sent an answer that is too long"};
  }
  if (!answer.is_done()) co_return Error{errc::unreachable, manager_name + " broke off its answer"};
  co_return told;
}

}  // namespace shaman::proxy
