// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/fs.hpp"

#include "checkout/making/plan.hpp"
#include "store/interior.hpp"

namespace shaman {

/// The tree of a checkout while it is being made, out of sight in `.shaman/staging`. The destructor
/// removes it unless it was handed over.
class StagedTree {
 public:
  /// The store must outlive it.
  explicit StagedTree(const StoreInterior& store) : store_(store) {}
  ~StagedTree();
  StagedTree(const StagedTree&) = delete;
  StagedTree& operator=(const StagedTree&) = delete;

  /// Makes the folders and links, and flushes them if the durability demands it. The texts of the
  /// links, the groups and the access lists are those of a tree at `path` below the jobs folder.
  /// `files` are in path_rules::folder_order; `own` are the server's links in the top folder.
  /// Blocks; uses all threads of the store's pool.
  [[nodiscard]] result<void> build(std::span<const PlannedFile> files,
                                   std::span<const PlannedFile> own, std::string_view path);
  /// The same for a tree whose place is `depth` levels below the storage folder. It inherits
  /// nothing.
  [[nodiscard]] result<void> build_at(std::span<const PlannedFile> files, std::size_t depth);

  /// The folder that holds the tree, and the name of the tree there, for a rename to its place.
  [[nodiscard]] const fs::Folder& folder() const noexcept { return store_.staging(); }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// Call this after the rename: the tree now belongs to its new place.
  void hand_over() noexcept { name_.clear(); }

 private:
  [[nodiscard]] result<void> fill(std::span<const PlannedFile> files,
                                  std::span<const PlannedFile> own, std::size_t depth);
  struct SubFolder {
    std::string_view path;  ///< empty: the tree's own
    std::size_t depth = 0;  ///< below the storage folder
    std::vector<std::size_t> files;
  };

  void sort_into_folders(std::span<const PlannedFile> files, std::size_t depth);
  [[nodiscard]] result<void> make_folders();
  [[nodiscard]] result<void> make_links(std::span<const PlannedFile> files);
  [[nodiscard]] fs::result<fs::Folder> open(const SubFolder& folder);
  [[nodiscard]] result<void> flush();

  const StoreInterior& store_;
  std::string name_;
  fs::Folder root_;
  std::vector<SubFolder> folders_;  ///< parents before their content
};

}  // namespace shaman
