// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace shaman::bench {

/// A table for a terminal that is a Markdown table at the same time: the first column to the left,
/// all others to the right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header);

  /// A row with fewer cells than the header ends with empty ones; more are an error
  /// (std::invalid_argument).
  void add(std::vector<std::string> row);

  /// Ends with a newline. Columns are as wide as their widest cell in UTF-8 code points.
  [[nodiscard]] std::string render() const;

 private:
  std::vector<std::vector<std::string>> rows_;  // the header first
};

}  // namespace shaman::bench
