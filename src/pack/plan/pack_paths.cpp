// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/plan/pack_paths.hpp"

#include <algorithm>

namespace shaman::pack {

std::string_view folder_of(std::string_view place) noexcept {
  const std::size_t slash = place.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : place.substr(0, slash);
}

std::string_view name_of(std::string_view place) noexcept {
  const std::size_t slash = place.rfind('/');
  return slash == std::string_view::npos ? place : place.substr(slash + 1);
}

std::string_view extension_of(std::string_view place) noexcept {
  const std::string_view name = name_of(place);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == name.size()) return {};
  return name.substr(dot);
}

std::vector<std::string_view> components_of(std::string_view path) {
  std::vector<std::string_view> components;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    if (slash != 0) components.push_back(path.substr(0, slash));
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return components;
}

std::string first_components(std::string_view path, std::size_t count) {
  std::string out;
  const bool rooted = path.starts_with('/');
  // `//server/share`: the two slashes are the root.
  if (path.starts_with("//")) out = "/";
  for (const std::string_view component : components_of(path)) {
    if (count-- == 0) break;
    if (rooted || !out.empty()) out += '/';
    out += component;
  }
  return out.empty() && rooted ? "/" : out;
}

bool is_within(std::string_view path, std::string_view folder) noexcept {
  if (folder.empty() || folder == "/") return true;
  if (!path.starts_with(folder)) return false;
  // `C:/` includes its slash; other components do not.
  return path.size() == folder.size() || folder.ends_with('/') || path[folder.size()] == '/';
}

std::string_view below(std::string_view path, std::string_view folder) noexcept {
  path.remove_prefix(folder == "/" ? 0 : folder.size());
  while (path.starts_with('/'))
    path.remove_prefix(1);
  return path;
}

std::string join_places(std::string_view folder, std::string_view name) {
  std::string place(folder);
  if (!place.empty() && !name.empty() && !place.ends_with('/')) place += '/';
  place += name;
  return place;
}

std::optional<std::string> resolve_in_pack(std::string_view base_folder, std::string_view stored,
                                           Backslash backslash) {
  if (!stored.starts_with("//")) return std::nullopt;
  std::string rest(stored.substr(2));
  if (backslash == Backslash::separates) std::replace(rest.begin(), rest.end(), '\\', '/');
  std::vector<std::string_view> parts = components_of(base_folder);
  for (const std::string_view component : components_of(rest)) {
    if (component == ".") continue;
    if (component != "..") {
      parts.push_back(component);
    } else if (parts.empty()) {
      return std::nullopt;
    } else {
      parts.pop_back();
    }
  }
  std::string place;
  for (const std::string_view part : parts)
    place = join_places(place, part);
  return place;
}

std::string reference_to(std::string_view base_folder, std::string_view place) {
  const std::vector<std::string_view> from = components_of(base_folder);
  const std::vector<std::string_view> to = components_of(place);
  const auto common = static_cast<std::size_t>(
      std::mismatch(from.begin(), from.end(), to.begin(), to.end()).first - from.begin());
  std::string text;
  for (std::size_t i = common; i < from.size(); ++i)
    text = join_places(text, "..");
  for (std::size_t i = common; i < to.size(); ++i)
    text = join_places(text, to[i]);
  return "//" + text;
}

}  // namespace shaman::pack
