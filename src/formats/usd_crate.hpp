// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "shaman/error.hpp"

#include "formats/named_files.hpp"

namespace shaman::formats {

/// The file paths in a .usdc layer ("crate", versions 0.0.1 to 0.12): the entries that look like
/// paths in its table of tokens, which contains all its text. Which of them are asset paths is
/// stored in values that are not decoded, so only those with the extension of a file that USD reads
/// are certain. errc::damaged_file, errc::limit_exceeded. Source: OpenUSD 24,
/// pxr/usd/sdf/crateFile.cpp.
[[nodiscard]] result<std::vector<NamedFile>> crate_paths(const Input& file);

}  // namespace shaman::formats
