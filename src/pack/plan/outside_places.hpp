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

/// The folder for what lies outside the project.
inline constexpr std::string_view kOutsideFolder = "_outside_project";

/// What moves as one, and where it goes.
struct Unit {
  /// How hard a short place was looked for.
  enum class Length : std::uint8_t {
    tail,    ///< the shortest end of its path that no other has: `tex/wall.png`
    hashed,  ///< a short name made of its path: `3f2a91c0.png`
    beside,  ///< likewise, in the folder of the .blend that asks
  };
  Shape shape = Shape::single;
  std::string source;      ///< canonical path: of the file, or of the folder that stays together
  std::string name;        ///< single: what the file is called in the pack
  bool keep_name = false;  ///< single: the reference says a folder only, the name must stay
  Length length = Length::tail;
  std::string beside;  ///< for Length::beside: folder in the pack
  std::string place;   ///< relative to the pack's root; set by assign_places()
};

/// Gives each unit its place below `_outside_project`: the same for the same units, in whatever
/// order they come. No two collide, not even where names that differ only in case or Unicode form
/// are one; nothing foreign comes into the folder of a pattern or below a tree. `taken`: places
/// that files of the project have already.
void assign_places(std::vector<Unit>& units, const std::set<std::string>& taken);

/// Finds out what must move as one: sets that share a file, trees within trees.
class UnitBuilder {
 public:
  /// A set with its folder's canonical path; returns its number.
  std::size_t add(Shape shape, const std::string& folder, const std::vector<Member>& members,
                  bool keep_name);
  /// To be called once, after the last add().
  [[nodiscard]] std::vector<Unit> build();

  /// Where a set lies: which unit, and which folder below the unit's own.
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
