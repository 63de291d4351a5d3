// SPDX-License-Identifier: GPL-3.0-or-later
#include "trace/names/stored_path.hpp"

#include <algorithm>
#include <vector>

namespace shaman::trace {
namespace {

std::string with_slashes(std::string_view path) {
  std::string text(path);
  std::replace(text.begin(), text.end(), '\\', '/');
  return text;
}

bool has_drive(std::string_view path) noexcept {
  if (path.size() < 2 || path[1] != ':') return false;
  const char letter = path[0];
  const bool is_letter = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
  return is_letter && (path.size() == 2 || path[2] == '/' || path[2] == '\\');
}

// `root` stays in front, whatever the number of `..`.
std::string normalised(std::string_view root, std::string_view rest) {
  std::vector<std::string_view> components;
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    const std::string_view component = rest.substr(0, slash);
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    if (component.empty() || component == ".") continue;
    if (component != "..") {
      components.push_back(component);
    } else if (!components.empty()) {
      components.pop_back();
    }
  }
  std::string path(root);
  for (const std::string_view component : components) {
    if (path.empty() || path.back() != '/') path += '/';
    path += component;
  }
  return path;
}

std::string from_root(std::string_view path, Platform platform) {
  if (has_drive(path)) {
    const char letter = path[0];
    if (platform == Platform::windows)
      return normalised(std::string{letter, ':', '/'}, path.substr(2));
    const char lower = letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    return normalised(std::string{'/', lower}, path.substr(2));
  }
  if (path.starts_with("//")) return normalised("//", path.substr(2));
  return normalised("/", path);
}

}  // namespace

std::string resolve(std::string_view stored, std::string_view folder, Platform platform) {
  if (stored.starts_with("\\\\?\\UNC\\"))
    return from_root("//" + with_slashes(stored.substr(8)), platform);
  if (stored.starts_with("\\\\?\\")) return from_root(with_slashes(stored.substr(4)), platform);
  if (stored.starts_with("\\\\")) return from_root(with_slashes(stored), platform);
  const bool relative_to_blend = stored.starts_with("//");
  const std::string path = with_slashes(stored);
  if (!relative_to_blend && (path.starts_with('/') || has_drive(path)))
    return from_root(path, platform);
  return from_root(std::string(folder) + "/" + path, platform);
}

bool is_absolute_path(std::string_view stored) noexcept {
  if (stored.starts_with("//")) return false;
  return stored.starts_with('/') || stored.starts_with("\\\\") || has_drive(stored);
}

std::string as_stored(const std::string& resolved, std::string_view stored, Platform platform) {
  if (platform == Platform::windows) return resolved;
  if (stored.starts_with("\\\\?\\")) stored.remove_prefix(4);
  std::string path = resolved;
  if (has_drive(stored) && path.size() >= 2 && path[0] == '/') {
    path = std::string{stored[0], ':'} + path.substr(2);
  } else if (!is_unc(path)) {
    return path;
  }
  if (stored.find('\\') != std::string_view::npos)
    std::replace(path.begin(), path.end(), '/', '\\');
  return path;
}

bool is_unc(std::string_view resolved) noexcept {
  return resolved.starts_with("//");
}

}  // namespace shaman::trace
