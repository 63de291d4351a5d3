// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/plan/plan_builder.hpp"

#include <algorithm>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "pack/plan/names.hpp"
#include "pack/plan/pack_paths.hpp"
#include "pack/rewrite/stages.hpp"

namespace shaman::pack {
namespace {

using trace::Dependency;
using trace::Kind;

bool is_implicit(const Dependency& dependency) {
  return dependency.field.capacity == 0 && dependency.named_by.empty();
}

}  // namespace

PlanBuilder::PlanBuilder(const trace::Trace& trace, const Selection& selection, Project& project,
                         const Ways& ways, const std::string& home)
    : trace_(trace),
      selection_(selection),
      project_(project),
      ways_(ways),
      home_(home),
      blendfile_(trace.blendfile) {
  collect();
}

void PlanBuilder::collect() {
  for (const std::string& blend : selection_.blends)
    packed_blends_.insert(ways_.key(blend));
  // Strips of one folder have a field each, or several names share one: those stay together.
  std::map<std::pair<std::string, std::uint64_t>, std::set<std::string>> in_field;
  for (const Selected& selected : selection_.references) {
    const Dependency& dependency = selected.dependency;
    if (is_implicit(dependency)) continue;
    auto& files = in_field[{dependency.blend, dependency.field.offset}];
    files.insert(dependency.files.begin(), dependency.files.end());
  }
  const Stages stages(selection_.references, project_);
  for (const Selected& selected : selection_.references) {
    const Dependency& dependency = selected.dependency;
    Reference reference{&dependency, {}, {}, {}, false, 0, {}, {}};
    if (const FileSet* const stage = stages.set_of(dependency)) {
      reference.set = *stage;
      reference.set.subfolder =
          std::string(below(os::parent(dependency.files.front()), stage->folder));
    } else if (selected.only_a_base) {
      reference.set.folder = std::string(os::parent(dependency.resolved));
      reference.set.members = {
          {std::string(os::file_name(dependency.resolved)), dependency.resolved, false}};
    } else if (is_implicit(dependency)) {
      reference.set = set_beside_blend(dependency);
    } else {
      reference.set =
          file_set_of(dependency, in_field[{dependency.blend, dependency.field.offset}].size() > 1);
    }
    if (has_further_way(reference)) {
      // The first way to the file gets the place of its real path.
      reference.inside = project_.inside_by_text(reference.set.folder);
      reference.real_folder = reference.set.folder;
    } else {
      reference.inside = project_.inside(reference.set.folder);
      reference.real_folder = project_.canonical(reference.set.folder + '/');
    }
    references_.push_back(std::move(reference));
  }
}

bool PlanBuilder::has_further_way(const Reference& reference) const {
  const Dependency& dependency = *reference.dependency;
  if (dependency.kind != Kind::library && !is_implicit(dependency)) return false;
  return std::any_of(reference.set.members.begin(), reference.set.members.end(),
                     [&](const Member& member) { return ways_.is_further(member.source); });
}

// Files that Blender finds by the .blend's own place and name must keep both: the .blend is part of
// the set.
FileSet PlanBuilder::set_beside_blend(const Dependency& dependency) {
  const std::string& blend =
      dependency.base_blend.empty() ? dependency.blend : dependency.base_blend;
  const std::string folder(os::parent(blend));
  const bool beside = std::all_of(dependency.files.begin(), dependency.files.end(),
                                  [&](const std::string& file) { return is_within(file, folder); });
  if (!beside) return file_set_of(dependency, true);
  FileSet set;
  set.shape = Shape::pattern;
  set.folder = folder;
  for (const std::string& file : dependency.files)
    set.members.push_back({std::string(below(file, folder)), file});
  const bool packed = packed_blends_.contains(ways_.key(blend));
  set.members.push_back({std::string(os::file_name(blend)), blend, packed});
  return set;
}

bool PlanBuilder::is_free(const Reference& reference) {
  return !reference.inside || reference.copied;
}

std::string PlanBuilder::place_of(const Reference& reference, const Member& member) {
  return join_places(reference.folder,
                     reference.name.empty() ? plain(member.name) : reference.name);
}

result<std::vector<PlannedFile>> PlanBuilder::build(std::vector<std::string>& warnings) {
  while (true) {
    std::vector<std::string> sentences;
    if (const auto laid_out = lay_out(); !laid_out) return laid_out.error();
    const result<bool> all_fit = rewrite_all(sentences);
    if (!all_fit) return all_fit.error();
    if (!*all_fit) continue;
    warnings.insert(warnings.end(), sentences.begin(), sentences.end());
    break;
  }
  rewrite_leftovers();
  for (const auto& [blend, offsets] : patches_) {
    PlannedFile& file = files_.at(blend_places_.at(blend));
    for (const auto& [offset, patch] : offsets)
      file.patches.push_back(patch);
  }
  std::vector<PlannedFile> files;
  files.reserve(files_.size());
  for (auto& [place, file] : files_)
    files.push_back(std::move(file));
  return files;
}

result<void> PlanBuilder::put(const std::string& place, const std::string& source, bool outside) {
  const std::string canonical = project_.canonical(source);
  const auto [entry, is_new] = files_.try_emplace(place);
  PlannedFile& file = entry->second;
  if (!is_new && project_.canonical(file.source) != canonical)
    return Error{errc::conflicting_paths,
                 "\"" + text::printable(file.source) + "\" and \"" + text::printable(source) +
                     "\" would both be placed at \"" + text::printable(place) + "\"; rename one"};
  // A file with several paths is named by the same one, whatever the order.
  if (is_new || source < file.source) file.source = source;
  file.place = place;
  file.outside = outside;
  return {};
}

result<void> PlanBuilder::lay_out() {
  files_.clear();
  blend_places_.clear();
  patches_.clear();

  const std::string own_place = plain(*project_.inside(blendfile_));
  blend_places_[ways_.key(blendfile_)] = own_place;
  if (auto done = put(own_place, blendfile_, false); !done) return done;
  for (Reference& reference : references_) {
    reference.name.clear();
    if (!is_free(reference)) reference.folder = plain(*reference.inside);
  }
  place_outside();
  for (const Reference& reference : references_) {
    remember_blend(reference);
    for (const Member& member : reference.set.members) {
      if (!member.packed) continue;
      auto done = put(place_of(reference, member), member.source, is_free(reference));
      if (!done) return done;
    }
  }
  return {};
}

void PlanBuilder::place_outside() {
  std::set<std::string> taken{plain(*project_.inside(blendfile_))};
  unit_builder_ = UnitBuilder();
  for (Reference& reference : references_) {
    if (is_free(reference)) {
      const bool keep_name = !reference.dependency->stored_name.empty();
      reference.number = unit_builder_.add(reference.set.shape, reference.real_folder,
                                           reference.set.members, keep_name);
    } else {
      for (const Member& member : reference.set.members)
        taken.insert(place_of(reference, member));
    }
  }
  units_ = unit_builder_.build();
  for (Unit& unit : units_) {
    const auto length = lengths_.find({unit.source, unit.name});
    if (length != lengths_.end()) std::tie(unit.length, unit.beside) = length->second;
  }
  assign_places(units_, taken);
  for (Reference& reference : references_) {
    if (!is_free(reference)) continue;
    const UnitBuilder::Where& where = unit_builder_.where(reference.number);
    const Unit& unit = units_[where.unit];
    if (unit.shape != Shape::single) {
      reference.folder = join_places(unit.place, plain(where.below));
      continue;
    }
    // Its place may have another name than it has here.
    reference.folder = std::string(folder_of(unit.place));
    reference.name = std::string(name_of(unit.place));
  }
}

void PlanBuilder::remember_blend(const Reference& reference) {
  if (reference.dependency->kind != Kind::library) return;
  const Member& member = reference.set.members.front();
  blend_places_.emplace(ways_.key(member.source), place_of(reference, member));
}

}  // namespace shaman::pack
