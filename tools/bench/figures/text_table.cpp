// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/figures/text_table.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace shaman::bench {
namespace {

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::string padded(const std::string& cell, std::size_t columns, bool to_the_left) {
  const std::string space(columns - width(cell), ' ');
  return to_the_left ? cell + space : space + cell;
}

std::string rule(const std::vector<std::size_t>& widths) {
  std::string line = "|";
  for (std::size_t i = 0; i < widths.size(); ++i)
    line += std::string(widths[i] + 1, '-') + (i == 0 ? "-|" : ":|");
  return line + "\n";
}

}  // namespace

TextTable::TextTable(std::vector<std::string> header) {
  rows_.push_back(std::move(header));
}

void TextTable::add(std::vector<std::string> row) {
  if (row.size() > rows_.front().size())
    throw std::invalid_argument("a row of the table has more cells than its header");
  row.resize(rows_.front().size());
  rows_.push_back(std::move(row));
}

std::string TextTable::render() const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    text += "|";
    for (std::size_t i = 0; i < row.size(); ++i)
      text += " " + padded(row[i], widths[i], i == 0) + " |";
    text += "\n";
    if (&row == &rows_.front()) text += rule(widths);
  }
  return text;
}

}  // namespace shaman::bench
