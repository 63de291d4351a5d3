// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/delta/cutter.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace shaman::client {
namespace {

// So many bytes decide where a cut is: older ones have left the sum.
constexpr std::size_t kWindow = 64;
// A cut each 8 KiB on average, after the shortest length.
constexpr std::uint64_t kMask = std::uint64_t{0x1FFF} << 51U;
constexpr std::size_t kEntryBytes = 12;

// A random number for each byte (the generator "SplitMix64"). Changing them loses all pieces that
// caches remember.
constexpr std::array<std::uint64_t, 256> kGear = [] {
  std::array<std::uint64_t, 256> table{};
  std::uint64_t state = 0x5348414D414E;
  for (std::uint64_t& entry : table) {
    state += 0x9E3779B97F4A7C15U;
    std::uint64_t mixed = (state ^ (state >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    entry = mixed ^ (mixed >> 31U);
  }
  return table;
}();

template <class T>
void append(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    out += static_cast<char>((value >> (8 * i)) & 0xFFU);
}

template <class T>
T read_number(std::string_view text) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value |= static_cast<T>(static_cast<unsigned char>(text[i])) << (8 * i);
  return value;
}

}  // namespace

std::string encode_pieces(const CutPieces& pieces) {
  std::string out;
  out.reserve(pieces.size() * kEntryBytes);
  for (const CutPiece& piece : pieces) {
    append(out, piece.length);
    append(out, piece.hash);
  }
  return out;
}

std::optional<CutPieces> decode_pieces(std::string_view text) {
  if (text.size() % kEntryBytes != 0) return std::nullopt;
  CutPieces pieces;
  pieces.reserve(text.size() / kEntryBytes);
  for (; !text.empty(); text.remove_prefix(kEntryBytes)) {
    const auto length = read_number<std::uint32_t>(text);
    if (length == 0 || length > Cutter::kLongest) return std::nullopt;
    pieces.push_back({length, read_number<std::uint64_t>(text.substr(sizeof length))});
  }
  return pieces;
}

void Cutter::update(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto more = bytes.first(find_end(bytes));
    hash(more);
    length_ += more.size();
    if (std::exchange(is_at_end_, false)) cut();
    bytes = bytes.subspan(more.size());
  }
}

CutPieces Cutter::finish() {
  if (length_ > 0) cut();
  return std::exchange(pieces_, {});
}

// How many of the bytes belong to the present piece.
std::size_t Cutter::find_end(std::span<const std::byte> bytes) {
  const auto until = [&](std::size_t length) {
    return length_ >= length ? 0 : std::min(length - length_, bytes.size());
  };
  const auto gear_of = [&](std::size_t i) {
    return kGear[std::to_integer<unsigned char>(bytes[i])];
  };
  std::size_t i = until(kShortest - kWindow);
  std::uint64_t gear = gear_;
  for (const std::size_t end = until(kShortest); i < end; ++i)
    gear = (gear << 1U) + gear_of(i);
  for (const std::size_t end = until(kLongest); i < end && !is_at_end_; ++i) {
    gear = (gear << 1U) + gear_of(i);
    is_at_end_ = (gear & kMask) == 0;
  }
  gear_ = gear;
  is_at_end_ = is_at_end_ || length_ + i == kLongest;
  return i;
}

void Cutter::mix(std::uint64_t word) {
  hash_ = (hash_ ^ word) * 0x9FB21C651E98DF25U;
  hash_ ^= hash_ >> 32U;
}

// By words of the piece, however its bytes arrive.
void Cutter::hash(std::span<const std::byte> bytes) {
  while (word_bytes_ != 0 && !bytes.empty()) {
    word_ |= std::to_integer<std::uint64_t>(bytes.front()) << (8 * word_bytes_);
    bytes = bytes.subspan(1);
    word_bytes_ = (word_bytes_ + 1) % sizeof word_;
    if (word_bytes_ == 0) mix(std::exchange(word_, 0));
  }
  while (bytes.size() >= sizeof word_) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);  // all machines of this client are little-endian
    mix(word);
    bytes = bytes.subspan(sizeof word);
  }
  for (const std::byte byte : bytes)
    word_ |= std::to_integer<std::uint64_t>(byte) << (8 * word_bytes_++);
}

void Cutter::cut() {
  if (word_bytes_ != 0) mix(word_);
  pieces_.push_back({static_cast<std::uint32_t>(length_), hash_ ^ length_});
  length_ = word_bytes_ = 0;
  gear_ = hash_ = word_ = 0;
}

}  // namespace shaman::client
