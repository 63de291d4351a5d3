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

/// A checkout's tree while it is made, out of sight in `.shaman/staging`. Removed when destroyed,
/// unless it was handed over.
class StagedTree {
 public:
  /// The store must outlive it.
  explicit StagedTree(const StoreInterior& store) : store_(store) {}
  ~StagedTree();
  StagedTree(const StagedTree&) = delete;
  StagedTree& operator=(const StagedTree&) = delete;

  /// Makes folders and links, and flushes them where durability demands it. The links' texts, the
  /// folders' groups and access lists are those of a tree at `path` below the jobs folder. `files`
  /// are in path_rules::folder_order; `own` are the server's, and lie in the tree's own folder.
  /// Blocks; spreads over the store's pool.
  [[nodiscard]] result<void> build(std::span<const PlannedFile> files,
                                   std::span<const PlannedFile> own, std::string_view path);
  /// The same for a tree that lies `depth` levels below the storage folder, and takes after none.
  [[nodiscard]] result<void> build_at(std::span<const PlannedFile> files, std::size_t depth);

  /// Where it lies, to be renamed from there.
  [[nodiscard]] const fs::Folder& folder() const noexcept { return store_.staging(); }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// It lies elsewhere now.
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
  std::vector<SubFolder> folders_;  ///< parents before what lies in them
};

}  // namespace shaman
