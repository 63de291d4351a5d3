// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/os.hpp"

namespace shaman::pack {

/// One frame of a zstd file, found without decompressing it (RFC 8878, 3.1).
struct ZstdFrame {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  ///< in the file
  bool skippable = false;
  bool checksum = false;
  std::optional<std::uint64_t> content_size;
  [[nodiscard]] std::uint64_t end() const noexcept { return offset + size; }
};

/// The frame that begins at `offset`; errc::damaged_file when none does or the file ends before it.
[[nodiscard]] result<ZstdFrame> read_frame(const os::InputFile& file, std::uint64_t file_size,
                                           std::uint64_t offset);

/// The seek table at the end of a file of many frames
/// (contrib/seekable_format/zstd_seekable_compression_format.md of zstd): a skippable frame with
/// the sizes of all others.
struct SeekTable {
  struct Entry {
    std::uint64_t compressed = 0;  ///< 32 bits in the file
    std::uint64_t content = 0;     ///< likewise
    std::uint32_t checksum = 0;    ///< low half of the content's XXH64
  };
  std::vector<Entry> entries;
  bool has_checksums = false;
  std::uint64_t offset = 0;  ///< of the skippable frame
};

/// Maximum number of frames of a file; more are errc::limit_exceeded.
inline constexpr std::uint64_t kMaxFrames = 1'000'000;

/// The table at the file's end, if there is one; errc::damaged_file when it contradicts itself.
[[nodiscard]] result<std::optional<SeekTable>> read_seek_table(const os::InputFile& file,
                                                               std::uint64_t file_size);

/// The skippable frame for the table.
[[nodiscard]] std::vector<std::byte> encode_seek_table(const SeekTable& table);

}  // namespace shaman::pack
