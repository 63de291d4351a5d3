// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shaman/pack/plan.hpp"

/// Which file names every worker can have.
namespace shaman::pack {

/// A path of names that every server accepts: each byte that is not UTF-8, each control character
/// and each `\` becomes `_` and two letters (never digits: the numbers of frames do not change), a
/// name over 250 bytes a shorter one. Valid names do not change.
[[nodiscard]] std::string plain(std::string_view path);

/// Why Windows cannot have a file of this name: `"con.png" is reserved`; empty if it can.
[[nodiscard]] std::string windows_problem(std::string_view component);

/// Sentences for places that some workers cannot have: names of Windows, places that differ only in
/// case or Unicode form, places of over 240 characters.
[[nodiscard]] std::vector<std::string> warnings_about_places(const std::vector<PlannedFile>& files);

}  // namespace shaman::pack
