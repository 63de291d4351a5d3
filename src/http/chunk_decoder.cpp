// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/chunk_decoder.hpp"

#include <algorithm>
#include <cstring>

#include "base/hex.hpp"

namespace shaman::http {
namespace {

constexpr std::size_t kMaxOverhead = 16 * 1024;
// More digits could overflow, or be read as another number by a parser that uses fewer.
constexpr std::size_t kMaxSizeDigits = 15;

}  // namespace

ChunkDecoder::Step ChunkDecoder::decode(std::span<char> bytes) {
  Step step;
  while (step.consumed < bytes.size() && state_ != State::done && state_ != State::bad) {
    if (state_ != State::data) {
      take(bytes[step.consumed++]);
      continue;
    }
    const std::size_t length =
        static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - step.consumed));
    if (step.data != step.consumed)
      std::memmove(bytes.data() + step.data, bytes.data() + step.consumed, length);
    step.data += length;
    step.consumed += length;
    left_ -= length;
    if (left_ == 0) state_ = State::data_cr;
  }
  return step;
}

void ChunkDecoder::take_overhead(State next) {
  state_ = ++overhead_ > kMaxOverhead ? State::bad : next;
}

void ChunkDecoder::take_size_digit(char c) {
  const int digit = hex_value(c);
  if (digit < 0 || ++size_digits_ > kMaxSizeDigits) {
    state_ = State::bad;
    return;
  }
  left_ = left_ << 4 | static_cast<unsigned>(digit);
  take_overhead(State::size);
}

void ChunkDecoder::take_extension(char c) {
  if (c == '\r')
    state_ = extensions_.is_whole() ? State::size_lf : State::bad;
  else
    take_overhead(extensions_.take(c) ? State::extension : State::bad);
}

void ChunkDecoder::take_trailer(char c) {
  if (c == '\r')
    state_ = field_.is_whole() ? State::trailer_lf : State::bad;
  else
    take_overhead(field_.take(c) ? State::trailer : State::bad);
}

void ChunkDecoder::take(char c) {
  const auto expect = [&](char wanted, State next) { state_ = c == wanted ? next : State::bad; };
  switch (state_) {
    case State::size_start:
      left_ = 0;
      size_digits_ = 0;
      extensions_ = {};
      take_size_digit(c);
      return;
    case State::size:
      if (hex_value(c) >= 0)
        take_size_digit(c);
      else
        take_extension(c);
      return;
    case State::extension:
      take_extension(c);
      return;
    case State::size_lf:
      expect('\n', left_ == 0 ? State::trailer_start : State::data);
      return;
    case State::data_cr:
      expect('\r', State::data_lf);
      return;
    case State::data_lf:
      // Extensions that come with real data are no attack: only endless ones are.
      overhead_ = 0;
      expect('\n', State::size_start);
      return;
    case State::trailer_start:
      field_ = {};
      if (c == '\r')
        state_ = State::last_lf;
      else
        take_trailer(c);
      return;
    case State::trailer:
      take_trailer(c);
      return;
    case State::trailer_lf:
      expect('\n', State::trailer_start);
      return;
    case State::last_lf:
      expect('\n', State::done);
      return;
    case State::data:
    case State::done:
    case State::bad:
      return;
  }
}

}  // namespace shaman::http
