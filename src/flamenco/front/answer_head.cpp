// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/answer_head.hpp"

#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>

namespace shaman::proxy {

namespace beast_http = boost::beast::http;

namespace {

constexpr std::uint32_t kMostHeaderBytes = 64 * 1024;

}  // namespace

void AnswerHead::forbid_foreign_frames() {
  constexpr const char* kName = "X-Frame-Options";
  if (fields.find(kName) == fields.end()) fields.set(kName, "SAMEORIGIN");
}

struct AnswerParser::Parser : beast_http::response_parser<beast_http::empty_body> {};

AnswerParser::AnswerParser() : parser_(std::make_unique<Parser>()) {
  parser_->header_limit(kMostHeaderBytes);
  parser_->body_limit(boost::none);
  parser_->skip(true);  // ProxiedRequest reads the body
}

AnswerParser::~AnswerParser() = default;

AnswerParser::State AnswerParser::parse(std::string_view bytes, std::size_t& consumed) {
  consumed = 0;
  while (!parser_->is_header_done() && !bytes.empty()) {
    boost::system::error_code error;
    const std::size_t used = parser_->put(boost::asio::buffer(bytes), error);
    consumed += used;
    bytes.remove_prefix(used);
    if (error == beast_http::make_error_code(beast_http::error::need_more)) break;
    if (error) {
      error_ = error.message();
      return State::bad;
    }
  }
  return parser_->is_header_done() ? State::complete : State::needs_more;
}

AnswerHead AnswerParser::take() {
  AnswerHead head;
  head.keep_alive = parser_->get().keep_alive();
  head.is_chunked = parser_->get().chunked();
  const auto length = parser_->get().find(beast_http::field::content_length);
  if (length != parser_->get().end() && !head.is_chunked) {
    // The parser has refused every value that is not one number.
    const auto text = length->value();
    head.content_length = std::stoull(std::string(text.data(), text.size()));
  }
  head.fields = std::move(parser_->get().base());
  return head;
}

}  // namespace shaman::proxy
