// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "shaman/blend/byte_source.hpp"
#include "shaman/blend/header.hpp"
#include "shaman/error.hpp"

namespace shaman::blend {

/// A block's code: `OB`, `DATA`, `ENDB`, … as four bytes, the short ones padded with NUL.
[[nodiscard]] constexpr std::uint32_t code_of(std::string_view text) noexcept {
  std::uint32_t code = 0;
  for (std::size_t i = 0; i < 4; ++i)
    code |= static_cast<std::uint32_t>(i < text.size() ? static_cast<unsigned char>(text[i]) : 0)
            << (8 * i);
  return code;
}

struct Block {
  std::uint64_t old_pointer = 0;  ///< its address in the writing Blender's memory: its key
  std::uint64_t offset = 0;       ///< of its content in the uncompressed file
  std::uint32_t code = 0;
  std::uint32_t struct_index = 0;  ///< in the SDNA; 0 is also used for raw bytes
};

/// A number of blocks that belong together: a data-block and the DATA blocks that it owns.
struct Scope {
  std::uint32_t first = 0;
  std::uint32_t end = 0;  ///< one behind the last
};

/// The place of every block, without content. Immutable once built; 28 bytes a block.
class BlockIndex {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  /// Reads the block heads to `ENDB`, seeking over the contents. errc::damaged_file names the
  /// offset; errc::limit_exceeded beyond kMaxBlocks.
  [[nodiscard]] static result<BlockIndex> build(ByteSource& source, const Header& header);

  [[nodiscard]] std::uint32_t size() const noexcept {
    return static_cast<std::uint32_t>(blocks_.size());
  }
  [[nodiscard]] const Block& operator[](std::uint32_t block) const noexcept {
    return blocks_[block];
  }
  [[nodiscard]] std::uint64_t length(std::uint32_t block) const noexcept;

  /// The blocks that are not DATA, in the file's order.
  [[nodiscard]] std::span<const std::uint32_t> heads() const noexcept { return heads_; }
  /// The scope of the data-block that contains this block.
  [[nodiscard]] Scope scope_of(std::uint32_t block) const noexcept;

  /// The block that a pointer means for a data-block: one of its own, else another data-block.
  /// Addresses are used again within a file, so what another data-block owns does not count. Null
  /// and dangling pointers give kNone, as for Blender. `scope` is a whole one, of scope_of().
  [[nodiscard]] std::uint32_t find(std::uint64_t pointer, Scope scope) const noexcept;

  /// The first block with this code, or kNone.
  [[nodiscard]] std::uint32_t first_of(std::uint32_t code) const noexcept;

 private:
  void sort();

  std::size_t head_size_ = 0;
  std::vector<Block> blocks_;
  std::vector<std::uint32_t> heads_;
  // Block numbers, sorted by old pointer, then number: those of a scope are in the order of its
  // blocks.
  std::vector<std::uint32_t> by_pointer_;
  std::vector<std::uint32_t> heads_by_pointer_;
};

}  // namespace shaman::blend
