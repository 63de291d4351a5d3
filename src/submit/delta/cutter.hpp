// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shaman::client {

/// A part of a file between two cuts. Equal pieces have equal hashes, of 64 bits; different ones
/// rarely: whatever is built on that must be verified by a real digest.
struct CutPiece {
  std::uint32_t length = 0;
  std::uint64_t hash = 0;
  friend bool operator==(const CutPiece&, const CutPiece&) = default;
};
using CutPieces = std::vector<CutPiece>;

/// For the cache of this machine, and back; nothing if the text is invalid.
[[nodiscard]] std::string encode_pieces(const CutPieces& pieces);
[[nodiscard]] std::optional<CutPieces> decode_pieces(std::string_view text);

/// Cuts a file where its content says so, so that most pieces of a changed file are pieces of the
/// former one, wherever they moved. Pieces have 16 KiB on average. One thread at a time.
class Cutter {
 public:
  static constexpr std::size_t kShortest = std::size_t{8} << 10U;
  static constexpr std::size_t kLongest = std::size_t{64} << 10U;

  void update(std::span<const std::byte> bytes);
  /// At the file's end.
  [[nodiscard]] CutPieces finish();

 private:
  [[nodiscard]] std::size_t find_end(std::span<const std::byte> bytes);
  void hash(std::span<const std::byte> bytes);
  void mix(std::uint64_t word);
  void cut();

  CutPieces pieces_;
  std::size_t length_ = 0;  // of the present piece, as this and the following ones
  std::uint64_t gear_ = 0;  // the sum over its last 64 bytes
  bool is_at_end_ = false;
  std::uint64_t hash_ = 0;
  std::uint64_t word_ = 0;  // bytes that are not hashed yet
  std::size_t word_bytes_ = 0;
};

}  // namespace shaman::client
