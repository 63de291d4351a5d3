// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "shaman/error.hpp"

#include "formats/named_files.hpp"

namespace shaman::formats {

/// The file paths in a .usdc layer ("crate", versions 0.0.1 to 0.12): of its table of tokens, which
/// holds all its text, those that look like paths. Which of them are asset paths stands in values
/// that are not decoded, so none is certain but those with the extension of a file that USD reads.
/// errc::damaged_file, errc::limit_exceeded. Source: OpenUSD 24, pxr/usd/sdf/crateFile.cpp.
[[nodiscard]] result<std::vector<NamedFile>> crate_paths(const Input& file);

}  // namespace shaman::formats
