// SPDX-License-Identifier: GPL-3.0-or-later
#include "trace/names/expand.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "shaman/os.hpp"

#include "trace/names/cache_names.hpp"
#include "trace/names/name_key.hpp"
#include "trace/names/numbered.hpp"
#include "trace/names/stored_path.hpp"

namespace shaman::trace {
namespace {

std::string_view stem(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == 0 ? name : name.substr(0, dot);
}

bool is_there(const Expansion& expansion) {
  return !expansion.files.empty();
}

Expansion one_file(const std::string& path, Folders& folders) {
  if (std::optional<std::string> real = folders.find_file(path)) return {*real, false, {*real}, {}};
  return {path, false, {}, {path}};
}

// Every file in the folder whose name is a frame of the pattern; compared by name keys if none
// matches literally.
std::vector<std::string> frames(const std::string& folder, const Numbered& pattern,
                                Folders& folders) {
  std::vector<std::string> files;
  const auto listing = folders.list(folder);
  if (!listing) return files;
  const auto collect = [&](const Numbered& wanted, bool by_key) {
    for (const os::FolderEntry& entry : listing->entries) {
      if (entry.is_folder) continue;
      if (wanted.matches(by_key ? name_key(entry.name) : entry.name))
        files.push_back(os::join(folder, entry.name));
    }
  };
  collect(pattern, false);
  if (files.empty()) collect({name_key(pattern.head), name_key(pattern.tail), pattern.width}, true);
  return files;
}

Expansion sequence(const std::string& path, std::optional<Numbered> pattern, Folders& folders) {
  if (!pattern) return one_file(path, folders);
  const std::optional<std::string> folder = folders.find_folder(std::string(os::parent(path)));
  if (!folder) return {path, false, {}, {path}};
  Expansion found;
  found.files = frames(*folder, *pattern, folders);
  if (!is_there(found)) return {path, false, {}, {path}};
  // The name itself if it is an existing frame, else the first one, in its real spelling.
  const std::string named = os::join(*folder, os::file_name(path));
  const bool literal = pattern->matches(os::file_name(found.files.front()));
  found.resolved = literal ? named : found.files.front();
  return found;
}

// The pattern in the spelling of a tile that was found under another case.
std::string pattern_like(const std::string& real, std::string_view pattern, std::uint32_t tile) {
  const std::string expected = tile_name(pattern, tile);
  const std::string name(os::file_name(real));
  if (name == expected || name.size() != expected.size()) return std::string(pattern);
  const std::size_t token = pattern.find('<');
  const std::size_t token_end = pattern.rfind('>');
  const std::size_t tail = pattern.size() - token_end - 1;
  return name.substr(0, token) + std::string(pattern.substr(token, token_end + 1 - token)) +
         name.substr(name.size() - tail);
}

Expansion tiles(const std::string& path, const std::vector<std::uint32_t>& numbers,
                Folders& folders) {
  const std::string pattern(os::file_name(path));
  const std::string parent(os::parent(path));
  const bool is_pattern =
      pattern.find("<UDIM>") != std::string::npos || pattern.find("<UVTILE>") != std::string::npos;
  if (!is_pattern) return one_file(path, folders);
  const std::string folder = folders.find_folder(parent).value_or(parent);
  Expansion found;
  found.resolved = os::join(folder, pattern);
  for (const std::uint32_t number : numbers) {
    const std::string name = os::join(folder, tile_name(pattern, number));
    if (std::optional<std::string> real = folders.find_file(name)) {
      if (found.files.empty())
        found.resolved = os::join(folder, pattern_like(*real, pattern, number));
      found.files.push_back(std::move(*real));
    } else {
      found.missing_files.push_back(name);
    }
  }
  std::sort(found.files.begin(), found.files.end());
  return found;
}

// One file per view: the stem without its view suffix, if it has one, and each suffix. The named
// file is taken, too: Blender shows it if the views are missing.
Expansion views(const std::string& path, const std::vector<std::string>& suffixes,
                Folders& folders) {
  Expansion found = one_file(path, folders);
  const std::string_view name = os::file_name(path);
  const std::string_view extension = name.substr(stem(name).size());
  std::string_view prefix = stem(name);
  for (const std::string& suffix : suffixes) {
    if (suffix.empty() || !prefix.ends_with(suffix)) continue;
    prefix.remove_suffix(suffix.size());
    break;
  }
  for (const std::string& suffix : suffixes) {
    const std::string view = std::string(prefix) + suffix + std::string(extension);
    if (std::optional<std::string> real = folders.find_file(os::join(os::parent(path), view)))
      found.files.push_back(std::move(*real));
  }
  std::sort(found.files.begin(), found.files.end());
  found.files.erase(std::unique(found.files.begin(), found.files.end()), found.files.end());
  if (is_there(found)) found.missing_files.clear();
  return found;
}

void collect_cache(const Reference& reference, const std::string& folder, Expansion& found,
                   Folders& folders) {
  for (const std::string_view subfolder : cache_subfolders(reference.rule)) {
    const std::string path = subfolder.empty() ? folder : os::join(folder, subfolder);
    const auto listing = folders.list(path);
    if (!listing) continue;
    for (const os::FolderEntry& entry : listing->entries) {
      if (!entry.is_folder && is_cache_file(reference, subfolder, entry.name))
        found.files.push_back(os::join(path, entry.name));
    }
  }
}

Expansion cache(const Reference& reference, const std::string& path, Folders& folders) {
  Expansion found;
  found.is_folder = true;
  found.resolved = path;
  if (const std::optional<std::string> folder = folders.find_folder(path)) {
    found.resolved = *folder;
    if (reference.rule == Rule::node_bake) {
      for (const std::string& name : reference.names)
        collect_cache(reference, name.empty() ? *folder : os::join(*folder, name), found, folders);
    } else {
      collect_cache(reference, *folder, found, folders);
    }
  }
  std::sort(found.files.begin(), found.files.end());
  if (!is_there(found)) found.missing_files.push_back(found.resolved);
  return found;
}

std::string path_of(const Reference& reference, const std::string& base_blend) {
  const std::string_view folder = os::parent(base_blend);
  if (reference.field.capacity == 0 && reference.rule == Rule::point_cache)
    return os::join(folder, "blendcache_" + std::string(stem(os::file_name(base_blend))));
  if (reference.stored_name.empty()) return resolve(reference.stored, folder);
  return resolve(reference.stored + "/" + reference.stored_name, folder);
}

}  // namespace

Expansion expand(const Reference& reference, const std::string& base_blend,
                 const std::vector<std::string>& view_suffixes, Folders& folders) {
  const std::string path = path_of(reference, base_blend);
  const std::string_view name = os::file_name(path);
  switch (reference.rule) {
    case Rule::file:
      return one_file(path, folders);
    case Rule::views:
      return views(path, view_suffixes, folders);
    case Rule::sequence:
      return sequence(path, Numbered::last_digits(name), folders);
    case Rule::frames_at_end:
      return sequence(path, Numbered::before_extension(name), folders);
    case Rule::tiles:
      return tiles(path, reference.tiles, folders);
    case Rule::old_tiles:
      return tiles(os::join(os::parent(path), old_tile_pattern(name)), reference.tiles, folders);
    default:
      return cache(reference, path, folders);
  }
}

}  // namespace shaman::trace
