// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "shaman/error.hpp"
#include "shaman/os.hpp"
#include "shaman/pack/rewrite.hpp"

#include "pack/rewrite/patcher.hpp"

/// Shared by the three forms of rewriting.
namespace shaman::pack {

/// Bytes that are read, compressed or written at once.
inline constexpr std::size_t kPiece = std::size_t{1} << 20;

/// The first bytes of an uncompressed .blend.
inline constexpr std::string_view kPlainMagic = "BLENDER";

/// Bounds against hostile files (docs/packing.md): a compressed file may expand to 64 GiB and to
/// 2,000 times its size.
class ExpansionLimit {
 public:
  ExpansionLimit(std::uint64_t compressed_size, std::string path);
  /// errc::limit_exceeded when `bytes` more are too many.
  [[nodiscard]] result<void> add(std::uint64_t bytes);

 private:
  std::uint64_t left_;
  std::string path_;
};

/// errc::damaged_file: `"/p/a.blend" is damaged at offset 12: …`.
[[nodiscard]] Error damaged(const os::InputFile& file, std::uint64_t offset, std::string_view what);

/// Fills `into` from `offset`; errc::damaged_file when the file ends before.
[[nodiscard]] result<void> read_exactly(const os::InputFile& file, std::uint64_t offset,
                                        std::span<std::byte> into, std::string_view what);

/// Passes on [begin, end) of the file unchanged.
[[nodiscard]] result<void> copy_range(const os::InputFile& file, std::uint64_t begin,
                                      std::uint64_t end, const Sink& sink);

[[nodiscard]] result<void> rewrite_plain(const os::InputFile& file, std::uint64_t size,
                                         Patcher& patcher, const Sink& sink);
[[nodiscard]] result<void> rewrite_gzip(const os::InputFile& file, std::uint64_t size,
                                        Patcher& patcher, const Sink& sink);
[[nodiscard]] result<void> rewrite_zstd(const os::InputFile& file, std::uint64_t size,
                                        Patcher& patcher, const Sink& sink);

}  // namespace shaman::pack
