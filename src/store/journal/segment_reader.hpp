// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "shaman/blob_id.hpp"
#include "shaman/fs.hpp"

namespace shaman {

/// Reads a segment of a journal, which may be damaged in any way. One thread at a time.
class SegmentReader {
 public:
  /// Both must outlive it.
  SegmentReader(fs::FileSystem& file_system, const fs::File& segment)
      : file_system_(file_system), segment_(segment) {}

  struct Record {
    BlobId id;
    std::string content;  ///< has the digest
  };
  /// The next whole record; nothing after the last one.
  [[nodiscard]] fs::result<std::optional<Record>> next();

 private:
  [[nodiscard]] fs::result<void> begin();
  [[nodiscard]] fs::result<std::optional<Record>> read_record();

  fs::FileSystem& file_system_;
  const fs::File& segment_;
  std::optional<std::uint64_t> nonce_;
  std::uint64_t size_ = 0;
  std::uint64_t offset_ = 0;
};

/// The bytes of a file from this offset; less than `size` at its end.
[[nodiscard]] fs::result<std::string> read_piece(fs::FileSystem& file_system, const fs::File& file,
                                                 std::uint64_t offset, std::uint64_t size);

}  // namespace shaman
