// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "shaman/error.hpp"

#include "pull/pull_state.hpp"

namespace shaman::pull {

/// Of the file system on which a folder is made, as far as names of files differ.
struct NameRules {
  bool ignores_case = false;
  bool is_windows = false;  ///< no `:` and the like in names
  /// Of the system that this program runs on.
  [[nodiscard]] static NameRules of_this_system() noexcept;
};

/// The longest manifest: a checkout of a million files.
inline constexpr std::size_t kLongestManifest = std::size_t{512} << 20U;

/// Reads the manifest of a checkout, sorted by path. Trusts nothing of it: errc::protocol_error is
/// not a manifest; errc::unsafe_path: a path that leads out of the folder, or has one of the
/// service's own names; errc::conflicting_paths: two files of one name, or a file that is a folder.
[[nodiscard]] result<std::vector<PulledFile>> read_manifest(std::string_view json, NameRules rules);

}  // namespace shaman::pull
