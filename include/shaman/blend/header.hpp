// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "shaman/error.hpp"

namespace shaman::blend {

/// The first bytes of a .blend. Source: Blender's BLO_core_blend_header.hh (5.0) and
/// doc/blender_file_format (before).
struct Header {
  /// Enough bytes to parse any header.
  static constexpr std::size_t kLongest = 17;

  std::size_t size = 12;          ///< bytes; 17 from Blender 5.0 on
  std::size_t pointer_size = 8;   ///< 4 or 8
  bool big_endian = false;        ///< byte order of everything behind the header
  bool long_block_heads = false;  ///< Blender 5.0 on: 32 bytes, 64-bit lengths
  int version = 0;                ///< 279, 304, 502: of the Blender that wrote it

  [[nodiscard]] std::size_t block_head_size() const noexcept {
    return long_block_heads ? 32 : 16 + pointer_size;
  }

  /// `bytes` are the file's first kLongest, or fewer if it has no more; `name` is for the message.
  /// errc::damaged_file.
  [[nodiscard]] static result<Header> parse(std::span<const std::byte> bytes,
                                            const std::string& name);
};

}  // namespace shaman::blend
