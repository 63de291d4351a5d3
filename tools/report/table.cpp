// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/table.hpp"

#include <algorithm>
#include <cstddef>

#include "shaman/text.hpp"

namespace shaman::tools {
namespace {

std::size_t width_of(const std::string& cell) {
  return text::code_points(cell).size();
}

}  // namespace

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const std::vector<std::string>& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string out;
  for (const std::vector<std::string>& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool is_last = i + 1 == row.size();
      out += row[i] + (is_last ? "" : std::string(widths[i] - width_of(row[i]) + 2, ' '));
    }
    out += "\n";
  }
  return out;
}

}  // namespace shaman::tools
