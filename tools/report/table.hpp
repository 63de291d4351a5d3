// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace shaman::tools {

/// One line for each row, with its columns below those of the other rows. Cells are printable text;
/// a row may have fewer than the others.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows);

}  // namespace shaman::tools
