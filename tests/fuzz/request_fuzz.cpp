// SPDX-License-Identifier: GPL-3.0-or-later
// A request's head and its chunked body. However they are cut into pieces, they mean the same.
#include <cstdlib>
#include <string>
#include <vector>

#include "fuzz_target.hpp"
#include "http/chunk_decoder.hpp"
#include "http/request_head.hpp"
#include "protocol/resumption_fields.hpp"

namespace {

using shaman::http::ChunkDecoder;
using shaman::http::HeadParser;

constexpr std::size_t kMostHeader = 4096;

struct Parsed {
  HeadParser::State state = HeadParser::State::needs_more;
  std::string target;
  std::string rest;
};

Parsed parse(std::string_view text, std::size_t step) {
  HeadParser parser(kMostHeader);
  Parsed parsed;
  std::string buffer;
  while (parsed.state == HeadParser::State::needs_more && !text.empty()) {
    buffer += text.substr(0, step);
    text.remove_prefix(std::min(step, text.size()));
    std::size_t consumed = 0;
    parsed.state = parser.parse(buffer, consumed);
    if (consumed > buffer.size()) std::abort();
    buffer.erase(0, consumed);
  }
  if (parsed.state == HeadParser::State::complete) {
    const auto head = parser.take();
    parsed.target = head.target();
    if (head.is_chunked && head.content_length) std::abort();  // nobody may disagree where it ends
    static_cast<void>(shaman::http::ResumptionFields::of(head));
    parsed.rest = buffer;
    parsed.rest += text;
  }
  return parsed;
}

std::string decode(std::string body, std::size_t step) {
  ChunkDecoder decoder;
  std::string out;
  for (std::size_t at = 0; at < body.size() && !decoder.is_done() && !decoder.is_bad();) {
    const std::size_t length = std::min(step, body.size() - at);
    const auto done = decoder.decode({body.data() + at, length});
    if (done.data > length || done.consumed > length) std::abort();
    out.append(body.data() + at, done.data);
    at += length;
  }
  return (decoder.is_done() ? "done " : decoder.is_bad() ? "bad " : "more ") + out;
}

}  // namespace

FUZZ_TARGET(request) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Parsed whole = parse(text, text.size() + 1);
  const Parsed pieces = parse(text, 3);
  if (whole.state == HeadParser::State::complete &&
      (pieces.state != whole.state || pieces.target != whole.target || pieces.rest != whole.rest))
    std::abort();
  if (decode(text, text.size() + 1) != decode(text, 5)) std::abort();
  return 0;
}
