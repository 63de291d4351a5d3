// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "shaman/error.hpp"

/// Windows' text and paths, for windows*.cpp only.
namespace shaman::os::windows {

/// UTF-16 of UTF-8. Bytes that are not UTF-8 become U+FFFD, which no file name contains, so that
/// the file is not found.
[[nodiscard]] std::wstring to_wide(std::string_view text);
/// UTF-8 of UTF-16.
[[nodiscard]] std::string to_utf8(std::wstring_view text);

/// A full path with backslashes and `\\?\` (or `\\?\UNC\`) in front: paths may have more than 260
/// characters, and `CON`, `a.` and `b ` are ordinary names.
[[nodiscard]] std::wstring full_path(std::string_view path);
/// The inverse: UTF-8, `/`, without the prefix.
[[nodiscard]] std::string from_windows(std::wstring_view path);
/// The length of the root: `C:/` or `//server/share`; 0 for a relative path.
[[nodiscard]] std::size_t root_length(std::string_view path) noexcept;

/// `cannot open "x": …`: errc::not_found if nothing is there, errc::storage_full or errc::io_error.
[[nodiscard]] Error failure(std::string_view doing, const std::string& path, unsigned long code);
/// The same with GetLastError().
[[nodiscard]] Error failure(std::string_view doing, const std::string& path);

}  // namespace shaman::os::windows
