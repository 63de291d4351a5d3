// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/error.hpp"

#include "protocol/checkout_path.hpp"

/// Which paths a checkout may have, and the files in it. docs/protocol.md has the rules for users.
namespace shaman::path_rules {

using protocol::kMaxComponent;
using protocol::kMaxDepth;
using protocol::kMaxPath;

/// The link in a checkout's folder that leads to its manifest; no file of a user's may have it.
using protocol::kManifestName;
/// The link beside it that leads to the record of who made it (maker.hpp); reserved likewise.
using protocol::kMakerName;
/// The link that leads to the record of the path that was asked for (reuse.hpp); reserved likewise.
using protocol::kReusableName;
/// How the name of the link begins that tells the checkout from all others (identity.hpp).
using protocol::kIdentityPrefix;

using protocol::checkout_path;

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
