// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/trees.hpp"

#include <limits>
#include <unordered_set>
#include <utility>
#include <vector>

#include "fs/error_kinds.hpp"

namespace shaman::fs {
namespace {

namespace errors = boost::system::errc;
using Code = boost::system::error_code;

// Names that are listed at a time if all of them are removed.
constexpr std::size_t kPiece = 4096;
// How often a folder may turn out not to be empty, because another program still adds files to it.
constexpr int kPatience = 16;
// Well below PATH_MAX, which counts the terminating zero.
constexpr std::size_t kLongestPath = 3072;

// An entry that was listed as a folder is now a file or a link, or vice versa.
bool is_another(const Code& error) {
  return error == errors::not_a_directory || error == errors::too_many_symbolic_link_levels ||
         error == errors::is_a_directory;
}

bool is_short_of_handles(const Code& error) {
  return error == errors::too_many_files_open || error == errors::too_many_files_open_in_system;
}

bool is_not_empty(const Code& error) {
  return error == errors::directory_not_empty || error == errors::file_exists;
}

class Stripping {
 public:
  Stripping(FileSystem& file_system, const Folder& at, std::string_view path, const Keeps* keeps)
      : file_system_(file_system), at_(at), path_(path), keeps_(keeps) {}

  result<Kept> run() {
    auto folder = file_system_.open_folder(at_, path_);
    if (!folder && is_absent(folder.error())) return std::move(kept_);
    if (!folder) return folder.error();
    levels_.push_back({std::move(*folder), {}, {}, {}});
    while (!levels_.empty()) {
      Level& level = levels_.back();
      if (!level.folders.empty()) {
        std::string name = std::move(level.folders.back());
        level.folders.pop_back();
        enter(std::move(name));
      } else if (!level.is_listed) {
        look();
      } else {
        leave();
      }
    }
    return std::move(kept_);
  }

 private:
  struct Level {
    Folder folder;
    std::string name;                         // in the level above
    std::vector<std::string> folders;         // in it, not yet entered
    std::unordered_set<std::string> staying;  // in it
    bool is_listed = false;                   // whole
    int patience = kPatience;
  };

  void look() {
    Level& level = levels_.back();
    const std::size_t most =
        keeps_ != nullptr ? std::numeric_limits<std::size_t>::max() : kPiece + level.staying.size();
    const auto entries = file_system_.list(level.folder, most);
    level.is_listed = !entries || entries->size() < most;
    if (!entries && is_short_of_handles(entries.error()) && levels_.size() > 2) return retreat();
    if (!entries) return stay({}, entries.error());
    for (const Entry& entry : *entries) {
      if (level.staying.contains(entry.name)) continue;
      if (entry.type == EntryType::folder)
        level.folders.push_back(entry.name);
      else
        remove(entry);
    }
  }

  void remove(const Entry& entry) {
    Level& level = levels_.back();
    if (keeps_ != nullptr) {
      const auto keeps = (*keeps_)(level.folder, entry, path_of(entry.name));
      if (!keeps) return stay(entry.name, keeps.error());
      if (*keeps) return stay(entry.name, {});
    }
    const auto removed = file_system_.remove_file(level.folder, entry.name);
    if (removed || is_absent(removed.error())) return;
    if (is_another(removed.error()) && level.patience-- > 0)
      level.is_listed = false;
    else
      stay(entry.name, removed.error());
  }

  void enter(std::string name) {
    Level& level = levels_.back();
    if (levels_.size() >= kOpenLevels) return move_up(name);
    auto folder = file_system_.open_folder(level.folder, name);
    if (folder) {
      levels_.push_back({std::move(*folder), std::move(name), {}, {}});
      return;
    }
    const Code error = folder.error();
    if (is_absent(error)) return;
    if (is_short_of_handles(error) && levels_.size() > 1) return move_up(name);
    if (is_another(error) && level.patience-- > 0)
      level.is_listed = false;
    else if (!file_system_.remove_folder(level.folder, name))  // an empty one need not be read
      stay(name, error);
  }

  // Listing needs one more handle than available.
  void retreat() {
    const std::string name = std::move(levels_.back().name);
    levels_.pop_back();
    move_up(name);
  }

  // It is processed when the top of the tree is listed once more.
  void move_up(const std::string& name) {
    const std::string up = "deep-" + std::to_string(file_system_.random());
    const auto moved = file_system_.rename(levels_.back().folder, name, levels_.front().folder, up);
    if (moved)
      levels_.front().is_listed = false;
    else if (!is_absent(moved.error()))
      stay(name, moved.error());
  }

  void leave() {
    Level& level = levels_.back();
    const bool is_top = levels_.size() == 1;
    const Folder& above = is_top ? at_ : levels_[levels_.size() - 2].folder;
    const std::string_view name = is_top ? path_ : std::string_view(level.name);
    Code error;
    if (level.staying.empty()) {
      const auto removed = file_system_.remove_folder(above, name);
      if (!removed && !is_absent(removed.error())) error = removed.error();
      if (is_not_empty(error) && level.patience-- > 0) {
        level.is_listed = false;
        return;
      }
    }
    const bool stays = error || !level.staying.empty();
    const std::string own = std::move(level.name);
    levels_.pop_back();
    if (error) note(own, error);
    if (stays && !levels_.empty()) levels_.back().staying.insert(own);
  }

  // An empty name: the folder itself cannot be read.
  void stay(const std::string& name, const Code& error) {
    note(name, error);
    levels_.back().staying.insert(name);
  }

  // A folder that this process may not read may contain files to keep.
  void note(const std::string& name, const Code& error) {
    if (error && (!kept_.failure || (is_refusal(*kept_.failure) && !is_refusal(error))))
      kept_.failure = error;
    if ((!error || is_refusal(error)) && kept_.count++ == 0) kept_.first = path_of(name);
  }

  [[nodiscard]] std::string path_of(const std::string& name) const {
    std::string path;
    for (std::size_t i = 1; i < levels_.size(); ++i)
      path.append(levels_[i].name).append("/");
    return path + name;
  }

  FileSystem& file_system_;
  const Folder& at_;
  const std::string_view path_;
  const Keeps* const keeps_;
  std::vector<Level> levels_;
  Kept kept_;
};

}  // namespace

result<void> remove_tree(FileSystem& file_system, const Folder& at, std::string_view path) {
  const auto kept = Stripping(file_system, at, path, nullptr).run();
  if (!kept) return kept.error();
  if (kept->failure) return *kept->failure;
  return {};
}

result<Kept> strip_tree(FileSystem& file_system, const Folder& at, std::string_view path,
                        const Keeps& keeps) {
  return Stripping(file_system, at, path, &keeps).run();
}

result<Folder> open_far_folder(FileSystem& file_system, const Folder& at, std::string_view path) {
  Folder reached;
  while (path.size() > kLongestPath) {
    // Any valid component is far shorter.
    const std::size_t slash = path.rfind('/', kLongestPath);
    if (slash == std::string_view::npos || slash == 0) break;
    auto next = file_system.open_folder(reached ? reached : at, path.substr(0, slash));
    if (!next) return next.error();
    reached = std::move(*next);
    path.remove_prefix(slash + 1);
  }
  return file_system.open_folder(reached ? reached : at, path);
}

}  // namespace shaman::fs
