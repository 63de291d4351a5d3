// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pack/plan/file_set.hpp"
#include "pack/plan/outside_places.hpp"
#include "pack/plan/ways.hpp"
#include "pack/project/project.hpp"
#include "pack/project/selection.hpp"

namespace shaman::pack {

/// One try to lay out the pack: the places of all files, and the references to rewrite. If a new
/// path does not fit into its field, its file gets a shorter place, and the layout starts again.
class PlanBuilder {
 public:
  PlanBuilder(const trace::Trace& trace, const Selection& selection, Project& project,
              const Ways& ways, const std::string& home);

  /// errc::limit_exceeded if no place gives a path that fits; errc::conflicting_paths if two files
  /// would have one place.
  [[nodiscard]] result<std::vector<PlannedFile>> build(std::vector<std::string>& warnings);

 private:
  struct Reference {
    const trace::Dependency* dependency;
    FileSet set;
    std::optional<std::string> inside;  ///< its folder's place in the project
    std::string real_folder;            ///< its folder if it is outside: distinguishes such sets
    bool copied = false;     ///< a copy at a short place for this reference, although inside
    std::size_t number = 0;  ///< in the UnitBuilder, if it is outside or copied
    std::string folder;      ///< the set's place in this try
    std::string name;        ///< and, of a single file, its name there
  };
  struct NewText {
    std::string text;
    bool fits;
  };
  using UnitKey = std::pair<std::string, std::string>;  // source, name
  using Offsets = std::map<std::uint64_t, Patch>;

  void collect();
  [[nodiscard]] FileSet set_beside_blend(const trace::Dependency& dependency);
  [[nodiscard]] bool has_further_way(const Reference& reference) const;
  [[nodiscard]] static bool is_free(const Reference& reference);
  [[nodiscard]] static std::string place_of(const Reference& reference, const Member& member);

  result<void> lay_out();
  void place_outside();
  result<void> put(const std::string& place, const std::string& source, bool outside);
  void remember_blend(const Reference& reference);

  result<bool> rewrite_all(std::vector<std::string>& warnings);
  result<bool> rewrite(Reference& reference, std::vector<std::string>& warnings);
  [[nodiscard]] bool is_found_as_it_is(const Reference& reference, const std::string& base) const;
  [[nodiscard]] std::string target_of(const Reference& reference) const;
  [[nodiscard]] std::optional<std::string> base_folder(const trace::Dependency& dependency) const;
  [[nodiscard]] std::optional<NewText> new_text(const trace::Dependency& dependency,
                                                const std::string& base, const std::string& target,
                                                bool is_folder) const;
  result<void> add_patch(const trace::Dependency& dependency, const std::string& text);
  [[nodiscard]] bool shorten(Reference& reference);

  // plan_leftovers.cpp
  void rewrite_leftovers();
  void rewrite_leftover(const trace::Leftover& leftover, const std::string& base, Offsets& patches);
  void follow_sound(const trace::Leftover& leftover, const std::string& base, Offsets& patches);
  [[nodiscard]] std::optional<std::string> output_text(const std::string& stored,
                                                       const std::string& base);

  const trace::Trace& trace_;
  const Selection& selection_;
  Project& project_;
  const Ways& ways_;
  std::string home_;
  std::string blendfile_;
  std::vector<Reference> references_;
  std::set<std::string> packed_blends_;  // by Ways::key()
  std::map<UnitKey, std::pair<Unit::Length, std::string>> lengths_;

  // Of one try:
  UnitBuilder unit_builder_;
  std::vector<Unit> units_;
  std::map<std::string, PlannedFile> files_;         // by place
  std::map<std::string, std::string> blend_places_;  // Ways::key() of a .blend -> place
  std::map<std::string, Offsets> patches_;           // likewise
};

}  // namespace shaman::pack
