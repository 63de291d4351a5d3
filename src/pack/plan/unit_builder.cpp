// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>

#include "pack/plan/outside_places.hpp"
#include "pack/plan/pack_paths.hpp"

namespace shaman::pack {

std::size_t UnitBuilder::add(Shape shape, const std::string& folder,
                             const std::vector<Member>& members, bool keep_name) {
  Set set{shape, folder, {}, keep_name};
  for (const Member& member : members)
    set.names.push_back(member.name);
  sets_.push_back(std::move(set));
  return sets_.size() - 1;
}

std::vector<Unit> UnitBuilder::build() {
  where_.resize(sets_.size());
  std::vector<Unit> units;
  place_trees(units);
  place_patterns(units);
  place_singles(units);
  return units;
}

void UnitBuilder::into(std::size_t set, std::size_t unit, const std::string& unit_folder) {
  where_[set] = {unit, std::string(below(sets_[set].folder, unit_folder))};
  for (const std::string& name : sets_[set].names)
    owners_.emplace(join_places(sets_[set].folder, name), unit);
}

void UnitBuilder::place_trees(std::vector<Unit>& units) {
  // Sorted by components, a folder directly precedes its content.
  std::map<std::vector<std::string_view>, std::vector<std::size_t>> by_folder;
  for (std::size_t set = 0; set < sets_.size(); ++set) {
    if (sets_[set].shape == Shape::tree) by_folder[components_of(sets_[set].folder)].push_back(set);
  }
  for (const auto& [components, sets] : by_folder) {
    const std::string& folder = sets_[sets.front()].folder;
    if (units.empty() || !is_within(folder, units.back().source)) {
      Unit unit;
      unit.shape = Shape::tree;
      unit.source = folder;
      units.push_back(std::move(unit));
    }
    for (const std::size_t set : sets)
      into(set, units.size() - 1, units.back().source);
  }
}

void UnitBuilder::place_patterns(std::vector<Unit>& units) {
  std::map<std::string, std::vector<std::size_t>> by_folder;
  for (std::size_t set = 0; set < sets_.size(); ++set) {
    if (sets_[set].shape == Shape::pattern) by_folder[sets_[set].folder].push_back(set);
  }
  for (const auto& [folder, sets] : by_folder) {
    // If a pattern shares one file with a tree, it moves with that file.
    const std::size_t* owner = nullptr;
    for (const std::size_t set : sets) {
      for (const std::string& name : sets_[set].names) {
        const auto found = owners_.find(join_places(folder, name));
        if (found != owners_.end()) owner = &found->second;
      }
    }
    std::size_t unit_index = owner != nullptr ? *owner : units.size();
    if (owner == nullptr) {
      Unit unit;
      unit.shape = Shape::pattern;
      unit.source = folder;
      units.push_back(std::move(unit));
    }
    for (const std::size_t set : sets)
      into(set, unit_index, units[unit_index].source);
  }
}

void UnitBuilder::place_singles(std::vector<Unit>& units) {
  // By place and name: the same file under two names is two (a strip may want another spelling).
  std::map<std::string, std::size_t> known;
  for (std::size_t set = 0; set < sets_.size(); ++set) {
    if (sets_[set].shape != Shape::single) continue;
    const std::string path = join_places(sets_[set].folder, sets_[set].names.front());
    if (const auto found = owners_.find(path); found != owners_.end()) {
      into(set, found->second, units[found->second].source);
      continue;
    }
    const auto [entry, is_new] = known.emplace(path, units.size());
    if (is_new) {
      Unit unit;
      unit.source = path;
      unit.name = sets_[set].names.front();
      units.push_back(std::move(unit));
    }
    units[entry->second].keep_name |= sets_[set].keep_name;
    where_[set] = {entry->second, {}};
  }
}

}  // namespace shaman::pack
