// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/error.hpp"

#include "protocol/checkout_path.hpp"

/// The rules for the paths of checkouts and of the files in them. docs/protocol.md has them for
/// users.
namespace shaman::path_rules {

using protocol::kMaxComponent;
using protocol::kMaxDepth;
using protocol::kMaxPath;

/// The link in a checkout's folder to its manifest. This name and the next two are reserved: no
/// file of a client may have them.
using protocol::kManifestName;
/// The link to the record of the maker (maker.hpp).
using protocol::kMakerName;
/// The link to the record of the requested path (reuse.hpp).
using protocol::kReusableName;
/// The folder with the checkout's rendered files (outputs.hpp).
using protocol::kOutputsName;
/// Prefix of the name of the link that identifies the checkout (identity.hpp).
using protocol::kIdentityPrefix;

using protocol::checkout_path;

/// Whether the path of a file contains `\`, which newer packers on Windows send as separator.
[[nodiscard]] bool has_backslash(std::string_view path) noexcept;

using protocol::check_file_path;

/// The components of a path.
[[nodiscard]] std::vector<std::string> components(std::string_view path);

/// The part of a path before its last slash; empty if it has none.
[[nodiscard]] std::string_view folder_of(std::string_view path) noexcept;

/// The part behind the last slash.
[[nodiscard]] std::string_view name_of(std::string_view path) noexcept;

/// An order in which the content of a folder directly follows the name of the folder.
[[nodiscard]] bool folder_order(std::string_view left, std::string_view right) noexcept;

/// Whether `path` is below this folder, at any depth.
[[nodiscard]] bool is_inside(std::string_view path, std::string_view folder) noexcept;

}  // namespace shaman::path_rules
