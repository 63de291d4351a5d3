// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "config/table.hpp"

namespace shaman::config {

/// A YAML file with every option, explained and commented out, each with its default or example.
/// `head` precedes them: comment lines that say what the file is for.
[[nodiscard]] std::string sample_file(const Table& table, std::string_view head);

/// Tables of all options in Markdown, one for each section.
[[nodiscard]] std::string markdown(const Table& table);

}  // namespace shaman::config
