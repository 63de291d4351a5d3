// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/project.hpp"

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "pack/pack_paths.hpp"

namespace shaman::pack {

result<Project> Project::open(const std::string& folder) {
  Project project;
  project.folder_ = os::absolute(folder);
  const result<os::FileInfo> info = os::info(project.folder_);
  if (!info || info->type != os::FileType::folder)
    return Error{errc::not_found,
                 "the project \"" + text::printable(folder) + "\" is not a folder"};
  const result<std::string> real = os::real_path(project.folder_);
  if (!real) return real.error();
  project.real_folder_ = *real;
  return result<Project>(std::move(project));
}

std::string Project::canonical(const std::string& path) {
  const std::string folder(os::parent(path));
  auto [entry, is_new] = real_folders_.try_emplace(folder);
  if (is_new) {
    const result<std::string> real = os::real_path(folder);
    entry->second = real ? *real : folder;
  }
  const std::string_view name = os::file_name(path);
  return name.empty() ? entry->second : os::join(entry->second, name);
}

std::optional<std::string> Project::inside(const std::string& path) {
  if (is_within(path, folder_)) return std::string(below(path, folder_));
  const std::string resolved = canonical(path);
  if (is_within(resolved, real_folder_)) return std::string(below(resolved, real_folder_));
  return std::nullopt;
}

bool Project::really_inside(const std::string& real) const {
  return is_within(real, real_folder_);
}

}  // namespace shaman::pack
