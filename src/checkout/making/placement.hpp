// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/fs.hpp"

#include "checkout/making/staging.hpp"
#include "store/interior.hpp"

namespace shaman {

/// Whether the folder is a checkout: it has a manifest or, in a store that other software filled,
/// directly contains a link to a blob and has no checkout below it. A user's own link to something
/// else must not turn a project folder into a checkout.
[[nodiscard]] fs::result<bool> is_checkout(fs::FileSystem& file_system, const fs::Folder& folder);

/// Whether making or renaming a folder failed because a file, a link or a folder with content has
/// the name.
[[nodiscard]] bool is_name_taken(const boost::system::error_code& error) noexcept;

/// Finds a free name for a staged checkout and gives it that name. For one checkout.
class Placement {
 public:
  /// `path` comes from path_rules::checkout_path(). The store must outlive this object.
  Placement(const StoreInterior& store, std::string_view path, std::size_t attempts);

  /// Moves the tree to its place, and returns its path. After a failure, nothing remains below
  /// `jobs/`, and the tree is still in staging. errc::no_unique_path, errc::storage_full,
  /// errc::io_error. Blocks.
  [[nodiscard]] result<std::string> place(StagedTree& tree);

  /// Whether `name` is `wanted`, which was taken, with a suffix.
  [[nodiscard]] static bool is_suffixed(std::string_view name, std::string_view wanted) noexcept;

 private:
  enum class Outcome : std::uint8_t { placed, taken, again };

  [[nodiscard]] result<Outcome> try_once(StagedTree& tree);
  [[nodiscard]] result<Outcome> enter(std::size_t level);
  [[nodiscard]] result<Outcome> rename_into_place(StagedTree& tree);
  [[nodiscard]] result<void> flush_way();
  [[nodiscard]] std::string suffix();
  [[nodiscard]] std::string path() const;
  void remove_made_folders();

  const StoreInterior& store_;
  const std::size_t attempts_;
  const std::vector<std::string> asked_;
  std::vector<std::string> names_;  ///< the components of the current attempt
  std::size_t taken_level_ = 0;     ///< the level at which the name is taken
  std::vector<fs::Folder> way_;     ///< open folders of names_[0], names_[1], …
  std::vector<std::size_t> made_;   ///< levels whose folder this object has made
};

}  // namespace shaman
