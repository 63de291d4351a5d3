// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/plan/file_set.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "pack/plan/pack_paths.hpp"
#include "trace/names/name_key.hpp"

namespace shaman::pack {
namespace {

using trace::Dependency;
using trace::Kind;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A name around its number: `shot`, `0001`, `_final.png`.
struct Numbered {
  std::string_view head;
  std::string_view number;
  std::string_view tail;
};

// The last run of digits before the extension, as in BLI_path_sequence_decode.
Numbered split_number(std::string_view name) {
  std::size_t end = name.size() - extension_of(name).size();
  while (end > 0 && !is_digit(name[end - 1]))
    --end;
  std::size_t begin = end;
  while (begin > 0 && is_digit(name[begin - 1]))
    --begin;
  return {name.substr(0, begin), name.substr(begin, end - begin), name.substr(end)};
}

// A name around its tile: `wall.`, `<UDIM>`, `.png`. Only if there is one token.
std::optional<Numbered> split_token(std::string_view name) {
  static constexpr std::array<std::string_view, 2> kTokens{"<UDIM>", "<UVTILE>"};
  for (const std::string_view token : kTokens) {
    const std::size_t at = name.find(token);
    if (at == std::string_view::npos) continue;
    if (name.find(token, at + 1) != std::string_view::npos) return std::nullopt;
    return Numbered{name.substr(0, at), token, name.substr(at + token.size())};
  }
  return std::nullopt;
}

std::size_t tile_length(std::string_view token, std::string_view text) {
  const auto digits = [&](std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end]))
      ++end;
    return end - at;
  };
  if (token == "<UDIM>") return digits(0) >= 4 ? 4 : 0;
  // u1_v12
  if (!text.starts_with('u')) return 0;
  const std::size_t column = digits(1);
  if (column == 0 || text.substr(1 + column, 2) != "_v") return 0;
  const std::size_t row = digits(1 + column + 2);
  return row == 0 ? 0 : 1 + column + 2 + row;
}

bool same_name(std::string_view a, std::string_view b) {
  return trace::name_key(a) == trace::name_key(b);
}

std::string name_with_tile(std::string_view stored, const Numbered& parts, const FileSet& set) {
  for (const Member& member : set.members) {
    const std::string_view name = member.name;
    if (name.starts_with(parts.head) && name.ends_with(parts.tail)) return std::string(stored);
  }
  for (const Member& member : set.members) {
    const std::string_view name = member.name;
    for (std::size_t at = 0; at < name.size(); ++at) {
      const std::size_t length = tile_length(parts.number, name.substr(at));
      if (length == 0 || !same_name(name.substr(0, at), parts.head) ||
          !same_name(name.substr(at + length), parts.tail))
        continue;
      return std::string(name.substr(0, at)) + std::string(parts.number) +
             std::string(name.substr(at + length));
    }
  }
  return std::string(stored);
}

std::string name_with_number(std::string_view stored, const FileSet& set) {
  const Numbered parts = split_number(stored);
  for (const Member& member : set.members) {
    const Numbered there = split_number(member.name);
    if (member.name == stored || (there.head == parts.head && there.tail == parts.tail))
      return std::string(stored);
  }
  for (const Member& member : set.members) {
    if (same_name(member.name, stored)) return member.name;
  }
  for (const Member& member : set.members) {
    const Numbered there = split_number(member.name);
    if (same_name(there.head, parts.head) && same_name(there.tail, parts.tail))
      return std::string(there.head) + std::string(parts.number) + std::string(there.tail);
  }
  return std::string(stored);
}

bool is_pattern(const Dependency& dependency, bool shared_field) {
  return shared_field || dependency.files.size() > 1 || dependency.kind == Kind::image_sequence ||
         dependency.kind == Kind::image_tiles;
}

// The number of components of the resolved path that form the folder that stays together.
std::size_t folder_depth(const Dependency& dependency) {
  const std::size_t all = components_of(dependency.resolved).size();
  if (dependency.resolved_is_folder) return all;
  const std::size_t name = std::max<std::size_t>(components_of(dependency.stored_name).size(), 1);
  return all > name ? all - name : 0;
}

std::string without_components(std::string_view path, std::size_t count) {
  std::string out;
  for (const std::string_view component : components_of(path)) {
    if (count > 0) {
      --count;
    } else {
      out = join_places(out, component);
    }
  }
  return out;
}

}  // namespace

FileSet file_set_of(const Dependency& dependency, bool shared_field) {
  FileSet set;
  std::size_t depth = folder_depth(dependency);
  if (dependency.resolved_is_folder) {
    set.shape = Shape::tree;
  } else if (is_pattern(dependency, shared_field)) {
    set.shape = Shape::pattern;
  } else {
    depth = components_of(dependency.files.front()).size();
  }
  depth = std::min(depth, components_of(dependency.files.front()).size() - 1);
  // From the files, because `resolved` may differ in case from the disk.
  set.folder = first_components(dependency.files.front(), depth);
  for (const std::string& file : dependency.files)
    set.members.push_back({without_components(file, depth), file});
  // The name next to a folder field cannot be changed: the file gets the name that Blender looks
  // for.
  const bool plain_name = components_of(dependency.stored_name).size() == 1;
  if (plain_name && set.members.size() == 1 && set.shape != Shape::tree)
    set.members.front().name = dependency.stored_name;
  return set;
}

std::string pattern_name(const Dependency& dependency, const FileSet& set) {
  std::string stored = dependency.stored;
  std::replace(stored.begin(), stored.end(), '\\', '/');
  const std::string name(name_of(stored));
  if (const auto parts = split_token(name)) return name_with_tile(name, *parts, set);
  return name_with_number(name, set);
}

}  // namespace shaman::pack
