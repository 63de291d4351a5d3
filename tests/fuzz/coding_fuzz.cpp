// SPDX-License-Identifier: GPL-3.0-or-later
// A body with a content coding: whatever comes, the decoder keeps to its room and to the memory
// that its head stated; and what this project's client compresses comes out as it was.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include "fuzz_target.hpp"
#include "http/client/outgoing_body.hpp"
#include "http/coding/content_decoder.hpp"

using namespace shaman;

namespace {

constexpr std::uint64_t kMostState = std::uint64_t{600} << 10;
constexpr std::size_t kMostContent = std::size_t{4} << 20;

std::string decoded(http::ContentCoding coding, std::span<const char> bytes, std::size_t step) {
  http::ContentDecoder decoder(coding);
  std::array<char, 3000> room;
  std::string content;
  bool may_hold_more = false;
  while ((may_hold_more || !bytes.empty()) && !decoder.is_bad() && content.size() < kMostContent) {
    const auto in = bytes.first(std::min(step, bytes.size()));
    const auto made = decoder.decode(in, room);
    if (made.consumed > in.size() || made.produced > room.size()) std::abort();
    if (made.consumed + made.produced == 0 && !in.empty() && !decoder.is_bad()) std::abort();
    if (decoder.has_head() && decoder.memory() > http::ContentDecoder::kMostWindow + kMostState)
      std::abort();
    bytes = bytes.subspan(made.consumed);
    content.append(room.data(), made.produced);
    may_hold_more = made.produced == room.size();
  }
  if (content.size() >= kMostContent) return {};
  decoder.end();
  if (decoder.is_done() && !decoder.is_bad() &&
      decoder.size().value_or(content.size()) != content.size())
    std::abort();
  return decoder.is_bad() ? std::string() : content;
}

std::string sent(const std::string& content) {
  client::TextBody source(content);
  client::OutgoingBody body(source, content.size(), 1);
  std::array<std::byte, 512> room;
  std::string bytes;
  while (!body.is_done()) {
    const auto piece = body.next(room);
    if (!piece) std::abort();
    const std::string_view chunk(reinterpret_cast<const char*>(room.data()), piece->bytes);
    bytes += chunk.substr(10, std::stoul(std::string(chunk.substr(0, 8)), nullptr, 16));
  }
  return bytes;
}

}  // namespace

FUZZ_TARGET(coding) {
  if (size == 0) return 0;
  const auto coding = (data[0] & 1U) != 0 ? http::ContentCoding::gzip : http::ContentCoding::zstd;
  const std::span<const char> rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  static_cast<void>(decoded(coding, rest, 1 + data[0] / 2U));
  const std::string content(rest.begin(), rest.end());
  if (decoded(http::ContentCoding::zstd, sent(content), 100) != content) std::abort();
  return 0;
}
