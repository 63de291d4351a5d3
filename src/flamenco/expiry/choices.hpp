// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shaman/effort.hpp"

namespace shaman::jobs {

/// The texts that a shell makes of the choices in a text: `{a,b/c}`, `{a,{b,c}}`, `@(a|b/c)`. Of a
/// long text, or of too many choices, one text with a pattern in place of each choice that contains
/// folders. Other choices, and other patterns, do not change. Less if the effort is used up.
[[nodiscard]] std::vector<std::string> choices_of(std::string_view text, Effort& effort);

}  // namespace shaman::jobs
