// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/load/response_parser.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <system_error>

#include "shaman/text.hpp"

namespace shaman::bench {
namespace {

// A line of a header longer than this is not from a server of this protocol.
constexpr std::size_t kMaxLine = 64 * 1024;

std::uint64_t number(std::string_view text, int base) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size())
    throw std::runtime_error("the server sent a length that is not a number");
  return value;
}

}  // namespace

std::size_t ResponseParser::feed(std::string_view bytes) {
  const std::size_t given = bytes.size();
  while (!done() && !bytes.empty()) {
    if (stage_ == Stage::sized || stage_ == Stage::until_close || stage_ == Stage::chunk) {
      take_body(bytes);
    } else if (take_line(bytes)) {
      on_line();
      line_.clear();
    }
  }
  return given - bytes.size();
}

void ResponseParser::reset() {
  stage_ = Stage::head;
  line_.clear();
  body_.clear();
  left_ = 0;
  length_.reset();
  status_ = 0;
  in_headers_ = chunked_ = may_continue_ = false;
  keep_alive_ = true;
}

bool ResponseParser::end_of_stream() {
  if (stage_ == Stage::until_close) stage_ = Stage::done;
  keep_alive_ = false;
  return done();
}

bool ResponseParser::take_line(std::string_view& bytes) {
  const std::size_t end = bytes.find('\n');
  const bool complete = end != std::string_view::npos;
  line_.append(bytes.substr(0, end));
  bytes.remove_prefix(complete ? end + 1 : bytes.size());
  if (line_.size() > kMaxLine) throw std::runtime_error("the server sent an endless header");
  if (complete && !line_.empty() && line_.back() == '\r') line_.pop_back();
  return complete;
}

void ResponseParser::take_body(std::string_view& bytes) {
  if (stage_ == Stage::until_close) {
    body_.append(bytes);
    bytes = {};
    return;
  }
  const std::size_t part = std::min<std::uint64_t>(left_, bytes.size());
  body_.append(bytes.substr(0, part));
  bytes.remove_prefix(part);
  left_ -= part;
  if (left_ == 0) stage_ = stage_ == Stage::sized ? Stage::done : Stage::chunk_end;
}

void ResponseParser::on_line() {
  switch (stage_) {
    case Stage::head:
      if (in_headers_) {
        line_.empty() ? on_header_end() : on_header(line_);
        return;
      }
      if (line_.size() < 12 || line_.compare(0, 7, "HTTP/1.") != 0)
        throw std::runtime_error("the server did not answer in HTTP/1.1");
      status_ = static_cast<int>(number(std::string_view(line_).substr(9, 3), 10));
      in_headers_ = true;
      return;
    case Stage::chunk_size:
      return on_chunk_size();
    case Stage::chunk_end:
      if (!line_.empty()) throw std::runtime_error("a chunk is longer than its size says");
      stage_ = Stage::chunk_size;
      return;
    case Stage::trailer:
      if (line_.empty()) stage_ = Stage::done;
      return;
    default:
      return;
  }
}

void ResponseParser::on_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) throw std::runtime_error("the server sent a broken header");
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = text::trimmed(line.substr(colon + 1));
  if (text::is_same_but_for_case(name, "content-length")) length_ = number(value, 10);
  if (text::is_same_but_for_case(name, "transfer-encoding"))
    chunked_ = text::is_same_but_for_case(value, "chunked");
  if (text::is_same_but_for_case(name, "connection") && text::is_same_but_for_case(value, "close"))
    keep_alive_ = false;
}

void ResponseParser::on_header_end() {
  in_headers_ = false;
  if (status_ / 100 == 1) {
    may_continue_ = may_continue_ || status_ == 100;
    status_ = 0;
    return;
  }
  left_ = length_.value_or(0);
  if (status_ == 204 || status_ == 304) {
    stage_ = Stage::done;
  } else if (chunked_) {
    stage_ = Stage::chunk_size;
  } else if (length_) {
    stage_ = left_ == 0 ? Stage::done : Stage::sized;
  } else {
    stage_ = Stage::until_close;
  }
}

void ResponseParser::on_chunk_size() {
  const std::string_view length = text::trimmed(std::string_view(line_).substr(0, line_.find(';')));
  left_ = number(length, 16);
  stage_ = left_ == 0 ? Stage::trailer : Stage::chunk;
}

}  // namespace shaman::bench
