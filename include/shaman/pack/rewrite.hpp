// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "shaman/error.hpp"

namespace shaman::pack {

/// New content of one path field of a .blend.
struct Patch {
  std::uint64_t offset = 0;  ///< in the file's uncompressed bytes
  std::uint32_t capacity =
      0;                 ///< bytes of the field; text and its NUL must fit, the rest becomes zero
  std::string text;      ///< bytes, without NUL
  std::string expected;  ///< what the field holds now; anything else means that the file changed
  friend bool operator==(const Patch&, const Patch&) = default;
};

/// Receives the rewritten file piece by piece.
using Sink = std::function<result<void>(std::span<const std::byte>)>;

/// Streams the .blend at `path` into `sink` with the patches (sorted by offset, not overlapping)
/// applied. Everything else stays byte for byte: in a zstd file, only the frames that a patch
/// touches are compressed again (and the seek table is updated); a gzip file is compressed again as
/// a whole. The same input gives the same output. Memory does not grow with the file's size.
/// errc::changed_while_read when a field does not hold `expected`; errc::damaged_file;
/// errc::io_error; the sink's errors.
[[nodiscard]] result<void> rewrite_blend(const std::string& path, std::span<const Patch> patches,
                                         const Sink& sink);

}  // namespace shaman::pack
