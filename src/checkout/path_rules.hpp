// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/error.hpp"

#include "store/layout.hpp"

/// Which paths a checkout may have, and the files in it. docs/protocol.md has the rules for users.
namespace shaman::path_rules {

inline constexpr std::size_t kMaxComponent = 250;  ///< bytes; leaves room for a suffix
inline constexpr std::size_t kMaxPath = 1024;      ///< bytes
inline constexpr std::size_t kMaxDepth = 128;      ///< components

/// The link in a checkout's folder that leads to its manifest; no file of a user's may have it.
inline constexpr std::string_view kManifestName = layout::kManifestName;
/// The link beside it that leads to the record of who made it (maker.hpp); reserved likewise.
inline constexpr std::string_view kMakerName = ".shaman-maker";
/// The link that leads to the record of the path that was asked for (reuse.hpp); reserved likewise.
inline constexpr std::string_view kReusableName = ".shaman-reusable";
/// How the name of the link begins that tells the checkout from all others (identity.hpp).
inline constexpr std::string_view kIdentityPrefix = ".shaman-id-";

/// The path that a checkout gets for the one asked for: each of `? * : ; { } \` and each control
/// character becomes `_`; `.` becomes `unnamed`. errc::unsafe_path where it is not a relative path
/// of components that are not empty, `.` or `..`, is no UTF-8, or is too long or too deep.
[[nodiscard]] result<std::string> checkout_path(std::string_view asked);

/// Whether a file's path has `\` in it, which the newer packer sends from Windows as separators.
[[nodiscard]] bool has_backslash(std::string_view path) noexcept;

/// Whether a file may lie there in a checkout; `path` has `/` only. errc::unsafe_path says why not.
[[nodiscard]] result<void> check_file_path(std::string_view path);

/// What lies between the slashes of a path.
[[nodiscard]] std::vector<std::string> components(std::string_view path);

/// What lies before the last slash of a path; empty where there is none.
[[nodiscard]] std::string_view folder_of(std::string_view path) noexcept;

/// Orders paths so that what lies in a folder comes right after the folder's own name.
[[nodiscard]] bool folder_order(std::string_view left, std::string_view right) noexcept;

/// Whether `path` lies in the folder of that name, at any depth.
[[nodiscard]] bool is_inside(std::string_view path, std::string_view folder) noexcept;

}  // namespace shaman::path_rules
