// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shaman/pack/plan.hpp"

/// File names: what every worker can have, and what not.
namespace shaman::pack {

/// A path of names that every server takes: each byte that is not UTF-8, each control character and
/// each `\` becomes `_` and two letters (never digits: the numbers of frames stay what they are), a
/// name over 250 bytes a shorter one. Names that are fine stay as they are.
[[nodiscard]] std::string plain(std::string_view path);

/// Why Windows cannot have a file of this name: `"con.png" is reserved`; empty when it can.
[[nodiscard]] std::string windows_problem(std::string_view component);

/// Sentences for the places that not every worker can have: names of Windows, places that differ
/// only in case or Unicode form, places of over 240 characters.
[[nodiscard]] std::vector<std::string> warnings_about_places(const std::vector<PlannedFile>& files);

}  // namespace shaman::pack
