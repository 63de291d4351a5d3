// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "shaman/error.hpp"

/// Encodes the name of a pin, which may be the whole path of a checkout, as one path component: `/`
/// as `%2F`, `%` as `%25`, and `.` at the beginning as `%2E`. Different names have different
/// folders.
namespace shaman::pin_names {

/// errc::unsafe_path: the name is empty, not UTF-8, contains control characters, or is too long for
/// a file system.
[[nodiscard]] result<std::string> folder_of(std::string_view name);

/// The name that a folder stands for. A folder that folder_of() does not return stands for itself.
[[nodiscard]] std::string name_of(std::string_view folder);

}  // namespace shaman::pin_names
