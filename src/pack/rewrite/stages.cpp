// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/rewrite/stages.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "shaman/os.hpp"

#include "pack/plan/pack_paths.hpp"

namespace shaman::pack {
namespace {

// Which files belong together, by union-find.
class Groups {
 public:
  std::size_t number_of(const std::string& file) {
    const auto [entry, is_new] = numbers_.try_emplace(file, files_.size());
    if (is_new) {
      files_.push_back(file);
      parents_.push_back(entry->second);
    }
    return entry->second;
  }

  void join(const std::string& a, const std::string& b) {
    parents_[top(number_of(a))] = top(number_of(b));
  }

  [[nodiscard]] bool has(const std::string& file) const { return numbers_.contains(file); }

  [[nodiscard]] std::vector<std::vector<std::string>> all() {
    std::unordered_map<std::size_t, std::vector<std::string>> by_top;
    for (std::size_t i = 0; i < files_.size(); ++i)
      by_top[top(i)].push_back(files_[i]);
    std::vector<std::vector<std::string>> groups;
    for (auto& [first, files] : by_top) {
      std::sort(files.begin(), files.end());
      groups.push_back(std::move(files));
    }
    std::sort(groups.begin(), groups.end());
    return groups;
  }

 private:
  std::size_t top(std::size_t file) {
    while (parents_[file] != file) {
      parents_[file] = parents_[parents_[file]];
      file = parents_[file];
    }
    return file;
  }

  std::unordered_map<std::string, std::size_t> numbers_;
  std::vector<std::string> files_;
  std::vector<std::size_t> parents_;
};

std::string common_folder(const std::vector<std::string>& files) {
  std::string folder(os::parent(files.front()));
  for (const std::string& file : files) {
    while (!is_within(file, folder))
      folder = std::string(os::parent(folder));
  }
  return folder;
}

Groups groups_of(const std::vector<Selected>& references) {
  Groups groups;
  for (const Selected& selected : references) {
    const trace::Dependency& dependency = selected.dependency;
    if (dependency.named_by.empty()) continue;
    for (const std::string& file : dependency.files)
      groups.join(dependency.named_by, file);
  }
  // The frames of a sequence of layers are named by one path.
  for (const Selected& selected : references) {
    const std::vector<std::string>& files = selected.dependency.files;
    const bool in_group = std::any_of(files.begin(), files.end(),
                                      [&](const std::string& file) { return groups.has(file); });
    if (!in_group) continue;
    for (const std::string& file : files)
      groups.join(files.front(), file);
  }
  return groups;
}

}  // namespace

Stages::Stages(const std::vector<Selected>& references, Project& project) {
  std::set<std::string> selected;
  for (const Selected& reference : references)
    selected.insert(reference.dependency.files.begin(), reference.dependency.files.end());
  for (const std::vector<std::string>& files : groups_of(references).all()) {
    FileSet set;
    set.shape = Shape::tree;
    set.folder = common_folder(files);
    if (project.inside(set.folder)) continue;
    for (const std::string& file : files) {
      set.members.push_back({std::string(below(file, set.folder)), file, selected.contains(file)});
      set_of_file_[file] = sets_.size();
    }
    sets_.push_back(std::move(set));
  }
}

const FileSet* Stages::set_of(const trace::Dependency& dependency) const {
  if (dependency.files.empty()) return nullptr;
  const auto found = set_of_file_.find(dependency.files.front());
  return found == set_of_file_.end() ? nullptr : &sets_[found->second];
}

}  // namespace shaman::pack
