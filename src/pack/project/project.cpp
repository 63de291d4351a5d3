// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/project/project.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "pack/plan/pack_paths.hpp"

namespace shaman::pack {
namespace {

// The part of `path` below `folder`; nothing if it is not there. Names are compared as this system
// does, because users do not type `C:/Film` in one spelling on Windows.
std::optional<std::string> below_folder(const std::string& path, const std::string& folder) {
  if (is_within(path, folder)) return std::string(below(path, folder));
  const std::vector<std::string_view> names = components_of(path);
  const std::vector<std::string_view> wanted = components_of(folder);
  // `/srv/x` is not `//srv/x`.
  const bool same_root = path.starts_with("//") == folder.starts_with("//");
  if (!same_root || names.size() < wanted.size()) return std::nullopt;
  if (!std::equal(wanted.begin(), wanted.end(), names.begin(), os::is_same_name))
    return std::nullopt;
  std::string rest;
  for (std::size_t i = wanted.size(); i < names.size(); ++i)
    rest = join_places(rest, names[i]);
  return rest;
}

}  // namespace

result<Project> Project::open(const std::string& folder) {
  Project project;
  project.folder_ = os::absolute(folder);
  const result<os::FileInfo> info = os::info(project.folder_);
  if (!info || info->type != os::FileType::folder)
    return Error{errc::not_found, "the project folder " + text::in_quotes(folder) +
                                      (info ? " is not a folder" : " does not exist") +
                                      "; name another one with --project"};
  const result<std::string> real = os::real_path(project.folder_);
  if (!real) return real.error();
  project.real_folder_ = *real;
  return result<Project>(std::move(project));
}

const std::string& Project::real_folder_of(const std::string& path) {
  const std::string folder(os::parent(path));
  auto [entry, is_new] = real_folders_.try_emplace(folder);
  if (is_new) {
    const result<std::string> real = os::real_path(folder);
    entry->second = real ? *real : folder;
  }
  return entry->second;
}

std::string Project::canonical(const std::string& path) {
  const std::string& folder = real_folder_of(path);
  const std::string_view name = os::file_name(path);
  return name.empty() ? folder : os::join(folder, name);
}

result<std::string> Project::real(const std::string& path) {
  const std::string_view name = os::file_name(path);
  if (name.empty()) return os::real_path(path);
  return os::real_path_in(real_folder_of(path), name);
}

std::optional<std::string> Project::inside(const std::string& path) {
  if (std::optional<std::string> by_text = inside_by_text(path)) return by_text;
  return below_folder(canonical(path), real_folder_);
}

std::optional<std::string> Project::inside_by_text(const std::string& path) const {
  return below_folder(path, folder_);
}

std::optional<std::string> Project::really_inside(const std::string& real) const {
  return below_folder(real, real_folder_);
}

}  // namespace shaman::pack
