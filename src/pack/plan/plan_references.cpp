// SPDX-License-Identifier: GPL-3.0-or-later
// Which references are rewritten, and their new paths.
#include <algorithm>

#include "shaman/text.hpp"

#include "pack/plan/names.hpp"
#include "pack/plan/pack_paths.hpp"
#include "pack/plan/plan_builder.hpp"

namespace shaman::pack {
namespace {

using trace::Dependency;
using trace::Kind;

// Cycles opens these itself, and takes a backslash for part of the name if the system does.
Backslash backslash_in(const Dependency& dependency) {
  const bool by_cycles = dependency.kind == Kind::script || dependency.kind == Kind::ies;
  return by_cycles ? Backslash::stands_for_itself : Backslash::separates;
}

bool names_folder(const Dependency& dependency) {
  return dependency.resolved_is_folder || !dependency.stored_name.empty();
}

std::string who(const Dependency& dependency) {
  return text::printable(dependency.data_block) + " in \"" + text::printable(dependency.blend) +
         "\"";
}

std::string not_found_there(const Dependency& dependency) {
  return who(dependency) + " was packed from the library \"" +
         text::printable(dependency.base_blend) + "\" outside the project, so that its file \"" +
         text::printable(dependency.stored) +
         "\" cannot be found; choose a project that contains both (--project)";
}

}  // namespace

result<bool> PlanBuilder::rewrite_all(std::vector<std::string>& warnings) {
  bool all_fit = true;
  for (Reference& reference : references_) {
    const result<bool> fits = rewrite(reference, warnings);
    if (!fits) return fits.error();
    all_fit = all_fit && *fits;
  }
  return all_fit;
}

// False if the new path does not fit, and another place must be tried.
result<bool> PlanBuilder::rewrite(Reference& reference, std::vector<std::string>& warnings) {
  const Dependency& dependency = *reference.dependency;
  const auto holder = blend_places_.find(ways_.key(dependency.blend));
  const bool holder_is_packed = holder != blend_places_.end() && files_.contains(holder->second);
  const bool by_place_alone = dependency.field.capacity == 0 && dependency.stored.empty();
  // Files that name each other keep their places: none is rewritten.
  const bool by_another_file = !dependency.named_by.empty();
  if (by_place_alone || by_another_file || !holder_is_packed) return true;
  const std::optional<std::string> base = base_folder(dependency);
  if (!base) {
    warnings.push_back(not_found_there(dependency));
    return true;
  }
  if (dependency.field.capacity == 0) {
    if (!is_found_as_it_is(reference, *base)) warnings.push_back(not_found_there(dependency));
    return true;
  }
  const auto text = new_text(dependency, *base, target_of(reference), names_folder(dependency));
  if (!text) return true;
  if (text->fits) {
    if (const auto added = add_patch(dependency, text->text); !added) return added.error();
    return true;
  }
  // Nothing needs it: the reference does not change.
  if (dependency.optional) return true;
  if (shorten(reference)) return false;
  return Error{errc::limit_exceeded,
               "the path of " + who(dependency) + " cannot be rewritten: \"" +
                   text::printable(text->text) + "\" does not fit into its field of " +
                   std::to_string(dependency.field.capacity) +
                   " bytes; move the file into the project, or give it a shorter name"};
}

// For a reference that cannot be rewritten, because it is within a packed library.
bool PlanBuilder::is_found_as_it_is(const Reference& reference, const std::string& base) const {
  const auto found =
      resolve_in_pack(base, reference.dependency->stored, backslash_in(*reference.dependency));
  if (!found) return false;
  const bool by_pattern = reference.dependency->files.size() > 1;
  return std::any_of(
      reference.set.members.begin(), reference.set.members.end(), [&](const Member& member) {
        const std::string place = place_of(reference, member);
        return is_within(place, *found) || (by_pattern && folder_of(place) == folder_of(*found));
      });
}

std::string PlanBuilder::target_of(const Reference& reference) const {
  if (names_folder(*reference.dependency)) return reference.folder;
  if (reference.set.shape == Shape::single)
    return place_of(reference, reference.set.members.front());
  return join_places(join_places(reference.folder, plain(reference.set.subfolder)),
                     plain(pattern_name(*reference.dependency, reference.set)));
}

std::optional<std::string> PlanBuilder::base_folder(const Dependency& dependency) const {
  const std::string& base =
      dependency.base_blend.empty() ? dependency.blend : dependency.base_blend;
  if (const auto known = blend_places_.find(ways_.key(base)); known != blend_places_.end())
    return std::string(folder_of(known->second));
  const std::optional<std::string> inside = project_.inside(base);
  if (!inside) return std::nullopt;
  return plain(folder_of(*inside));
}

// Nothing if the stored path already finds its target in the pack.
std::optional<PlanBuilder::NewText> PlanBuilder::new_text(const Dependency& dependency,
                                                          const std::string& base,
                                                          const std::string& target,
                                                          bool is_folder) const {
  if (resolve_in_pack(base, dependency.stored, backslash_in(dependency)) == target)
    return std::nullopt;
  std::string text = reference_to(base, target);
  const bool had_slash = dependency.stored.ends_with('/') || dependency.stored.ends_with('\\');
  if (is_folder && !text.ends_with('/') && (had_slash || !dependency.stored_name.empty()))
    text += '/';
  const bool fits = text.size() < dependency.field.capacity;
  return NewText{std::move(text), fits};
}

result<void> PlanBuilder::add_patch(const Dependency& dependency, const std::string& text) {
  Patch patch{dependency.field.offset, dependency.field.capacity, text, dependency.stored};
  const auto [entry, is_new] =
      patches_[ways_.key(dependency.blend)].try_emplace(patch.offset, patch);
  if (is_new || entry->second == patch) return {};
  return Error{errc::conflicting_paths,
               "the files of " + who(dependency) +
                   " are in several folders, but its path can name only one"};
}

// Finds a shorter place for the reference's files; false if there is none.
bool PlanBuilder::shorten(Reference& reference) {
  const auto& blend = blend_places_.at(ways_.key(reference.dependency->blend));
  const std::string beside(folder_of(blend));
  if (!is_free(reference)) {
    if (reference.dependency->kind == Kind::library) return false;
    reference.copied = true;
    const std::string& folder = reference.real_folder;
    const bool single = reference.set.shape == Shape::single;
    const std::string& name = reference.set.members.front().name;
    lengths_[{single ? join_places(folder, name) : folder, single ? name : std::string()}] = {
        Unit::Length::beside, beside};
    return true;
  }
  const Unit& unit = units_[unit_builder_.where(reference.number).unit];
  auto& [length, folder] = lengths_[{unit.source, unit.name}];
  if (length == Unit::Length::beside) return false;
  const bool was_hashed = unit.length == Unit::Length::hashed;
  length = was_hashed ? Unit::Length::beside : Unit::Length::hashed;
  folder = was_hashed ? beside : std::string();
  return true;
}

}  // namespace shaman::pack
