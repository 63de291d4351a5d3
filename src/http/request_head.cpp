// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/request_head.hpp"

#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>

#include "shaman/units.hpp"

#include "http/target.hpp"

namespace shaman::http {

namespace beast_http = boost::beast::http;
using boost::beast::iequals;

struct HeadParser::Parser : beast_http::request_parser<beast_http::empty_body> {};

namespace {

BadHead describe_parse_error(const boost::system::error_code& code, std::size_t max_bytes) {
  using beast_http::error;
  const auto is = [&](error what) { return code == beast_http::make_error_code(what); };
  if (is(error::header_limit))
    return {431, "the request's header is larger than " + units::size_text(max_bytes)};
  if (is(error::bad_version)) return {505, "this server speaks HTTP/1.1 and HTTP/1.0"};
  if (is(error::bad_content_length) || is(error::multiple_content_length))
    return {400,
            "the request's Content-Length is not one number, or is sent together with a"
            " Transfer-Encoding"};
  if (is(error::bad_transfer_encoding))
    return {400,
            "the request's Transfer-Encoding is malformed, or is sent together with a"
            " Content-Length"};
  if (is(error::bad_method) || is(error::bad_target))
    return {400, "the request's first line is malformed"};
  return {400, "the request's header is malformed: " + code.message()};
}

}  // namespace

std::string_view RequestHead::header(std::string_view name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string_view() : as_view(found->value());
}

std::string RequestHead::header_list(std::string_view name) const {
  std::string all;
  const auto [begin, end] = fields.equal_range(name);
  for (auto field = begin; field != end; ++field) {
    // An empty one is an entry, too: for readers of the list from its end.
    if (field != begin) all += ", ";
    all += as_view(field->value());
  }
  return all;
}

HeadParser::HeadParser(std::size_t max_bytes)
    : parser_(std::make_unique<Parser>()), max_bytes_(max_bytes) {
  parser_->header_limit(static_cast<std::uint32_t>(max_bytes));
  parser_->body_limit(boost::none);
}

HeadParser::~HeadParser() = default;

HeadParser::State HeadParser::parse(std::string_view bytes, std::size_t& consumed) {
  consumed = 0;
  // RFC 9112, 2.2: an empty line before a request is skipped; old clients send one after a body.
  if (!has_begun_) {
    while (bytes.starts_with("\r\n")) {
      bytes.remove_prefix(2);
      consumed += 2;
    }
    if (bytes.empty() || bytes == "\r") return State::needs_more;
    has_begun_ = true;
  }
  // Bytes that were given before and not consumed are already unfolded.
  folding_.unfold(bytes.substr(unfolded_.size() + folding_.held_back()), unfolded_);
  while (!parser_->is_header_done() && !unfolded_.empty()) {
    boost::system::error_code error;
    const std::size_t used = parser_->put(boost::asio::buffer(unfolded_), error);
    consumed += used;
    unfolded_.erase(0, used);
    if (error == beast_http::make_error_code(beast_http::error::need_more)) break;
    if (error) {
      error_ = describe_parse_error(error, max_bytes_);
      return State::bad;
    }
  }
  if (folding_.is_refused())
    return fail(
        400,
        "the request's header is malformed: a line begins with a blank (of all headers, only"
        " X-Shaman-Original-Filename may be folded)");
  return parser_->is_header_done() ? check() : State::needs_more;
}

HeadParser::State HeadParser::fail(unsigned status, std::string message) {
  error_ = {status, std::move(message)};
  return State::bad;
}

HeadParser::State HeadParser::check() {
  const auto& message = parser_->get();
  head_.is_http_1_0 = message.version() == 10;
  head_.keep_alive = message.keep_alive();
  head_.is_chunked = parser_->chunked();
  if (const auto length = parser_->content_length()) head_.content_length = *length;

  const auto [encoding, encodings_end] = message.equal_range(beast_http::field::transfer_encoding);
  if (encoding != encodings_end) {
    if (head_.is_http_1_0)
      return fail(400, "a request of HTTP/1.0 cannot have a Transfer-Encoding");
    if (std::next(encoding) != encodings_end || !iequals(encoding->value(), "chunked"))
      return fail(501, "of all transfer encodings this server knows only chunked");
    if (message.count(beast_http::field::content_length) != 0)
      return fail(400, "a request cannot have both Content-Length and Transfer-Encoding");
  }
  const std::size_t hosts = message.count(beast_http::field::host);
  if (hosts > 1 || (hosts == 0 && !head_.is_http_1_0))
    return fail(400, "the request must have one Host header");
  if (message.method() == beast_http::verb::connect)
    return fail(501, "this server is not a proxy, and does not accept CONNECT");

  const auto expect = message.find(beast_http::field::expect);
  if (expect != message.end() && !head_.is_http_1_0) {
    head_.expects_continue = iequals(expect->value(), "100-continue");
    head_.has_unknown_expectation = !head_.expects_continue;
  }
  const auto& view = message.target();
  std::string target(view.data(), view.size());
  if (target != "*") {
    auto segments = parse_target(target);
    if (!segments) return fail(400, segments.error().message());
    head_.segments = *std::move(segments);
    head_.token = take_token(target, head_.segments);
    if (!head_.token.empty()) parser_->get().target(target);
  }
  return State::complete;
}

RequestHead HeadParser::take() {
  head_.fields = std::move(parser_->get().base());
  return std::move(head_);
}

bool only_reads(const RequestHead& head) {
  const std::string_view method = head.method();
  return (method == "GET" || method == "HEAD" || method == "OPTIONS") && !head.has_body();
}

std::string_view HeadParser::method() const {
  const auto view = parser_->get().method_string();
  return {view.data(), view.size()};
}

std::string HeadParser::target() const {
  const auto view = parser_->get().target();
  return {view.data(), view.size()};
}

}  // namespace shaman::http
