// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "pack/plan/file_set.hpp"

namespace shaman::pack {

/// The folder for files outside the project.
inline constexpr std::string_view kOutsideFolder = "_outside_project";

/// Files that move together, and their place.
struct Unit {
  /// How the place was shortened.
  enum class Length : std::uint8_t {
    tail,    ///< the shortest unique end of its path: `tex/wall.png`
    hashed,  ///< a short name made from its path: `3f2a91c0.png`
    beside,  ///< likewise, in the folder of the .blend that refers to it
  };
  Shape shape = Shape::single;
  std::string source;      ///< canonical path: of the file, or of the folder that stays together
  std::string name;        ///< single: the file's name in the pack
  bool keep_name = false;  ///< single: the reference names only a folder, so the name must stay
  Length length = Length::tail;
  std::string beside;  ///< for Length::beside: folder in the pack
  std::string place;   ///< relative to the pack's root; set by assign_places()
};

/// Gives each unit its place below `_outside_project`: the same for the same units, in any order.
/// No two collide, not even if names that differ only in case or Unicode form count as one; no
/// other file gets into the folder of a pattern or below a tree. `taken`: places that files of the
/// project already have.
void assign_places(std::vector<Unit>& units, const std::set<std::string>& taken);

/// Finds the sets that must move together: sets that share a file, trees within trees.
class UnitBuilder {
 public:
  /// Adds a set with its folder's canonical path; returns its number.
  std::size_t add(Shape shape, const std::string& folder, const std::vector<Member>& members,
                  bool keep_name);
  /// Call this once, after the last add().
  [[nodiscard]] std::vector<Unit> build();

  /// The place of a set: its unit, and the folder below the unit's own.
  struct Where {
    std::size_t unit = 0;
    std::string below;  ///< may be empty
  };
  [[nodiscard]] const Where& where(std::size_t set) const { return where_[set]; }

 private:
  struct Set {
    Shape shape;
    std::string folder;
    std::vector<std::string> names;
    bool keep_name;
  };
  void place_trees(std::vector<Unit>& units);
  void place_patterns(std::vector<Unit>& units);
  void place_singles(std::vector<Unit>& units);
  void into(std::size_t set, std::size_t unit, const std::string& unit_folder);

  std::vector<Set> sets_;
  std::vector<Where> where_;
  /// Files of trees and patterns, by canonical path: their unit.
  std::unordered_map<std::string, std::size_t> owners_;
};

}  // namespace shaman::pack
