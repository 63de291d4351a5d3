// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "cli/command_text.hpp"

namespace shaman::cli {

/// The manual page of a program with all its commands, in roff with the man macros, ASCII only.
[[nodiscard]] std::string man_page(const CommandText& program, int section,
                                   std::string_view version);

}  // namespace shaman::cli
