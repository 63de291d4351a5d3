// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "shaman/error.hpp"

/// A pin's name, which may be a checkout's whole path, as one component of a path: `/` is `%2F`,
/// `%` is `%25`, and so is `.` at the beginning `%2E`. Different names give different folders.
namespace shaman::pin_names {

/// errc::unsafe_path: empty, not UTF-8, with control characters, or too long for a file system.
[[nodiscard]] result<std::string> folder_of(std::string_view name);

/// The name that a folder stands for; one that folder_of() does not make stands for itself.
[[nodiscard]] std::string name_of(std::string_view folder);

}  // namespace shaman::pin_names
