// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>

/// Bounds against hostile .blend files. None is ever reached by a file that Blender wrote; beyond
/// one, reading ends with errc::limit_exceeded and a message that names it.
namespace shaman::blend {

inline constexpr std::uint64_t kMaxUncompressedBytes = std::uint64_t{64} << 30;
inline constexpr std::uint64_t kMaxExpansion = 2000;
/// A tiny file may expand to this much at any ratio: a mesh of zeros is no attack.
inline constexpr std::uint64_t kAlwaysAllowedBytes = std::uint64_t{64} << 20;
inline constexpr int kZstdWindowLog = 27;
/// The maximum size of a temporary file, for a .blend that is compressed as one piece and otherwise
/// cannot be read at random.
inline constexpr std::uint64_t kMaxScratchBytes = std::uint64_t{16} << 30;

/// The block index takes 28 bytes a block, so at most 1.4 GB; a production file of 1 GB has about
/// a million blocks.
inline constexpr std::size_t kMaxBlocks = 50'000'000;

inline constexpr std::uint64_t kMaxSdnaBytes = std::uint64_t{64} << 20;
inline constexpr std::uint32_t kMaxSdnaNames = 100'000;
inline constexpr std::uint32_t kMaxSdnaStructs = 20'000;
/// Blender 5.2 describes about 12,000 fields; each takes 60 bytes of memory.
inline constexpr std::size_t kMaxSdnaFields = 500'000;

/// Following the pointers of a file reads a block once or twice, and the data found in it are
/// smaller than the block. A file whose pointers lead to the same blocks again and again is refused
/// if the bytes read and found together exceed this multiple of the file's uncompressed size.
inline constexpr std::uint64_t kMaxReadings = 8;
/// Bytes that every file may spend, whatever its size.
inline constexpr std::uint64_t kAlwaysAllowedReadings = std::uint64_t{16} << 20;

/// The maximum expansion of a compressed file of this size.
[[nodiscard]] constexpr std::uint64_t max_expanded(std::uint64_t compressed_bytes) noexcept {
  const std::uint64_t by_ratio = compressed_bytes > kMaxUncompressedBytes / kMaxExpansion
                                     ? kMaxUncompressedBytes
                                     : compressed_bytes * kMaxExpansion;
  return std::max(by_ratio, kAlwaysAllowedBytes);
}

}  // namespace shaman::blend
