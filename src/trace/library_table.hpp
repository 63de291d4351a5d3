// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "shaman/blend/blend_file.hpp"

namespace shaman::trace {

/// The library of each data-block of a file. Libraries are numbered in the file's order.
class LibraryTable {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  LibraryTable() = default;
  explicit LibraryTable(const blend::BlockIndex& blocks) {
    for (const std::uint32_t head : blocks.heads()) {
      if (blocks[head].code == blend::code_of("LI")) libraries_.push_back(head);
    }
  }

  /// The blocks of the libraries.
  [[nodiscard]] const std::vector<std::uint32_t>& blocks() const noexcept { return libraries_; }

  /// For a placeholder (block `ID`): it follows the library that it is linked from.
  [[nodiscard]] std::uint32_t of_placeholder(std::uint32_t block) const {
    const auto next = std::upper_bound(libraries_.begin(), libraries_.end(), block);
    return next == libraries_.begin() ? kNone
                                      : static_cast<std::uint32_t>(next - libraries_.begin() - 1);
  }

  /// For a whole data-block: the library that it was packed from (Blender 5), from its `ID.lib`;
  /// kNone if it is the file's own.
  [[nodiscard]] std::uint32_t of_data_block(const blend::BlendFile& file,
                                            const blend::Record& record, blend::Scope scope) const {
    const std::uint32_t block = file.blocks().find(record.pointer("id.lib"), scope);
    const auto found = std::lower_bound(libraries_.begin(), libraries_.end(), block);
    if (found == libraries_.end() || *found != block) return kNone;
    return static_cast<std::uint32_t>(found - libraries_.begin());
  }

 private:
  std::vector<std::uint32_t> libraries_;
};

}  // namespace shaman::trace
