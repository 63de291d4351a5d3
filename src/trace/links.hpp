// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "shaman/blend/sdna.hpp"

namespace shaman::trace {

/// A pointer in a struct (or in an embedded one).
struct Link {
  std::uint32_t offset = 0;                   ///< in the struct
  std::uint32_t elements = 1;                 ///< the length, for an array of pointers
  bool to_pointers = false;                   ///< `**`: to an array of pointers
  std::uint32_t target = blend::Sdna::kNone;  ///< declared struct; kNone: `void`
};

/// Which pointers of each struct lead on. Meshes, curves and pictures are most of a file, and do
/// not name data-blocks or paths. The SDNA alone shows which structs those are, and their blocks
/// are never read.
///
/// A declared type says less than the actual block: a `bNodeTreeInterfaceItem *`, a struct without
/// pointers, may mean a `bNodeTreeInterfaceSocket`, which begins with one. So a pointer also leads
/// on if a struct that begins with its target does, and a pointer to pointers always does. For one
/// thread at a time.
class Links {
 public:
  /// `wanted[i]`: struct i is wanted itself, whatever its pointers.
  Links(const blend::Sdna& sdna, const std::vector<bool>& wanted);

  /// Whether a block of this struct must be read.
  [[nodiscard]] bool leads_on(std::uint32_t struct_index) const {
    return struct_index < leads_on_.size() && leads_on_[struct_index];
  }
  /// The pointers of a struct that leads on. Made on first use: together they take no more memory
  /// than the blocks that were read.
  [[nodiscard]] std::span<const Link> of(std::uint32_t struct_index);

 private:
  void collect(std::uint32_t struct_index, std::uint32_t offset, int depth,
               std::vector<Link>& links) const;
  const blend::Sdna& sdna_;
  std::vector<bool> has_pointers_;  // by struct: itself or an embedded one
  std::vector<bool> leads_on_;
  std::unordered_map<std::uint32_t, std::vector<Link>> links_;
};

/// Whether a block of this struct is a data-block: its first field is an `ID`.
[[nodiscard]] bool is_data_block(const blend::Sdna& sdna, std::uint32_t struct_index);

}  // namespace shaman::trace
