// SPDX-License-Identifier: GPL-3.0-or-later
// Paths that no render reads, but that reveal the artist's machine.
#include <algorithm>
#include <set>

#include "pack/plan/names.hpp"
#include "pack/plan/pack_paths.hpp"
#include "pack/plan/plan_builder.hpp"
#include "trace/names/stored_path.hpp"

namespace shaman::pack {
namespace {

using trace::Leftover;

// `//wall.png` of `/home/me/tex/wall.png`, `//tex/` of `C:\tex\`.
std::string by_name(std::string stored) {
  std::replace(stored.begin(), stored.end(), '\\', '/');
  const bool is_folder = stored.ends_with('/');
  while (stored.ends_with('/'))
    stored.pop_back();
  const std::string name = plain(name_of(stored));
  return "//" + name + (is_folder && !name.empty() ? "/" : "");
}

}  // namespace

void PlanBuilder::rewrite_leftovers() {
  // Its reference has decided about files that are needed, left out or missing.
  std::set<std::pair<std::string, std::uint64_t>> referred;
  for (const trace::Dependency& dependency : trace_.dependencies) {
    const bool is_nothing = dependency.files.empty() && dependency.missing_files.empty();
    if (dependency.field.capacity > 0 && !is_nothing)
      referred.emplace(ways_.key(dependency.blend), dependency.field.offset);
  }
  for (const Leftover& leftover : trace_.leftovers) {
    std::string key = ways_.key(leftover.blend);
    const auto place = blend_places_.find(key);
    if (place == blend_places_.end() || !files_.contains(place->second)) continue;
    if (referred.contains({key, leftover.field.offset})) continue;
    rewrite_leftover(leftover, std::string(folder_of(place->second)), patches_[key]);
  }
}

void PlanBuilder::rewrite_leftover(const Leftover& leftover, const std::string& base,
                                   Offsets& patches) {
  std::optional<std::string> text;
  switch (leftover.becomes) {
    case Leftover::Becomes::nothing:
      text.emplace();
      break;
    case Leftover::Becomes::name:
      text = by_name(leftover.stored);
      break;
    case Leftover::Becomes::output:
      text = output_text(leftover.stored, base);
      break;
    case Leftover::Becomes::sound:
      follow_sound(leftover, base, patches);
      return;
  }
  if (!text) return;
  if (text->size() >= leftover.field.capacity) text->clear();
  const Patch patch{leftover.field.offset, leftover.field.capacity, *text, leftover.stored};
  patches.try_emplace(patch.offset, patch);
}

// An output path means the same on every machine of a farm that shares the folder: only paths that
// can exist on the artist's machine alone become relative.
std::optional<std::string> PlanBuilder::output_text(const std::string& stored,
                                                    const std::string& base) {
  const std::string path = trace::resolve(stored, "/");
  if (const auto inside = project_.inside_by_text(path)) {
    std::string text = reference_to(base, plain(*inside));
    if ((stored.ends_with('/') || stored.ends_with('\\')) && !text.ends_with('/')) text += '/';
    return text;
  }
  if (!home_.empty() && home_ != "/" && is_within(path, home_)) return by_name(stored);
  return std::nullopt;
}

void PlanBuilder::follow_sound(const Leftover& leftover, const std::string& base,
                               Offsets& patches) {
  const auto sound =
      std::find_if(references_.begin(), references_.end(), [&](const Reference& reference) {
        const trace::Dependency& dependency = *reference.dependency;
        return leftover.sound_offset != 0 && dependency.field.offset == leftover.sound_offset &&
               ways_.key(dependency.blend) == ways_.key(leftover.blend);
      });
  const auto patch = [&](const trace::PathField& field, const std::string& stored,
                         const std::string& text) {
    if (text == stored || text.size() >= field.capacity) return;
    patches.try_emplace(field.offset, Patch{field.offset, field.capacity, text, stored});
  };
  if (sound == references_.end()) {
    if (trace::is_absolute_path(leftover.stored)) patch(leftover.field, leftover.stored, "//");
    return;
  }
  const std::string place = target_of(*sound);
  std::string folder = reference_to(base, folder_of(place));
  if (!folder.ends_with('/')) folder += '/';
  const auto now = resolve_in_pack(base, leftover.stored, Backslash::separates);
  if (now != folder_of(place)) patch(leftover.field, leftover.stored, folder);
  patch(leftover.name_field, leftover.stored_name, std::string(name_of(place)));
}

}  // namespace shaman::pack
