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

/// Whether the folder is a checkout: it has a manifest, or, as in a store that other software
/// filled, holds a link to a blob directly and no checkout below. Other links are people's own: one
/// of them must not make a checkout of a project's folder.
[[nodiscard]] fs::result<bool> is_checkout(fs::FileSystem& file_system, const fs::Folder& folder);

/// Whether making or renaming a folder failed as somebody's file, link or full folder has the name.
[[nodiscard]] bool is_name_taken(const boost::system::error_code& error) noexcept;

/// Finds a free name for a staged checkout and gives it that name. For one checkout.
class Placement {
 public:
  /// `path` as path_rules::checkout_path makes it. The store must outlive it.
  Placement(const StoreInterior& store, std::string_view path, std::size_t attempts);

  /// The path that it got. On failure nothing is left behind, and the tree still lies in staging.
  /// errc::no_unique_path, errc::storage_full, errc::io_error. Blocks.
  [[nodiscard]] result<std::string> place(StagedTree& tree);

  /// Whether a component may have been made of the wanted one, which was taken.
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
  std::vector<std::string> names_;  ///< the components now tried
  std::size_t taken_level_ = 0;     ///< which of them is taken
  std::vector<fs::Folder> way_;     ///< open folders of names_[0], names_[1], …
  std::vector<std::size_t> made_;   ///< levels whose folder was made here
};

}  // namespace shaman
