// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/project/project_hint.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "pack/plan/pack_paths.hpp"

namespace shaman::pack {
namespace {

// Of version control, asset managers and this program.
constexpr std::array<std::string_view, 8> kMarks{
    ".shaman-project", ".git", ".svn", ".hg", ".plastic", ".p4config", ".blender_project", ".ayon"};

std::vector<std::string> outside_files(const Plan& plan) {
  std::vector<std::string> files;
  for (const PlannedFile& file : plan.files)
    if (file.outside) files.push_back(file.source);
  return files;
}

// `/film` may be a project, `/mnt` and `/home` contain those of all users.
bool may_be_project(const std::string& folder, const std::string& home) {
  static constexpr std::array<std::string_view, 8> kShared{"/home",  "/mnt", "/media", "/Volumes",
                                                           "/Users", "/tmp", "/srv",   "/opt"};
  const bool is_root = folder.size() <= 1 || os::parent(folder) == folder ||
                       (folder.size() <= 3 && folder[1] == ':');
  const bool is_shared = std::ranges::find(kShared, folder) != kShared.end();
  return !is_root && !is_shared && (home.empty() || !is_within(home, folder));
}

std::string mark_in(const std::string& folder, const std::vector<std::string>& marks) {
  for (const std::string_view mark : kMarks)
    if (os::info(os::join(folder, mark))) return std::string(mark);
  for (const std::string& mark : marks)
    if (os::info(os::join(folder, mark))) return mark;
  return {};
}

std::size_t count_within(const std::vector<std::string>& files, const std::string& folder) {
  return static_cast<std::size_t>(std::ranges::count_if(
      files, [&](const std::string& file) { return is_within(file, folder); }));
}

// `the one file`, `all 5 files`, `2 of the 5 files`.
std::string part_of(std::size_t inside, std::size_t all) {
  if (all == 1) return "the one file";
  if (inside == all) return "all " + text::count_of(all, "file", "files");
  return std::to_string(inside) + " of the " + text::count_of(all, "file", "files");
}

std::string sentence(const std::string& folder, const std::string& mark, std::size_t inside,
                     std::size_t all) {
  return text::in_quotes(folder) + " looks like the project's folder (" +
         (mark.empty() ? "it holds " : "it has " + mark + ", and holds ") + part_of(inside, all) +
         " outside the .blend's own folder). With --project " + text::in_quotes(folder) +
         (inside == 1 ? ", that file keeps its place" : ", these files keep their places");
}

}  // namespace

std::string project_hint(const Plan& plan, const std::string& blendfile, const std::string& home,
                         const std::vector<std::string>& marks) {
  const std::vector<std::string> files = outside_files(plan);
  if (files.empty()) return {};
  std::string with_most;
  for (std::string folder(os::parent(os::parent(blendfile))); may_be_project(folder, home);
       folder = os::parent(folder)) {
    const std::size_t inside = count_within(files, folder);
    if (inside == 0) continue;
    if (const std::string mark = mark_in(folder, marks); !mark.empty())
      return sentence(folder, mark, inside, files.size());
    if (with_most.empty() && 2 * inside > files.size()) with_most = folder;
  }
  if (with_most.empty()) return {};
  return sentence(with_most, "", count_within(files, with_most), files.size());
}

}  // namespace shaman::pack
