// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "config/table.hpp"

/// The sources of options: a file, the environment. Later sources override earlier ones.
namespace shaman::config {

/// The content of a source: its valid options, and its problems.
struct Given {
  std::vector<Assignment> assignments;
  Problems problems;
  /// False: the source holds no options, because it could not be read; the only problem says why.
  bool is_read = true;
};

/// A YAML file: `gc: {max-age: 744h}`. Origins are `FILE:LINE`. Every problem is found, not only
/// the first; unknown names are problems, as are Table::contradictions().
[[nodiscard]] Given read_file(const Table& table, const std::string& path);

/// The environment: `SHAMAN_GC_MAX_AGE=744h`; lists are separated by commas. `others` are variables
/// with that prefix that belong to other programs. A variable that looks like a misspelt option is
/// a problem, as are Table::contradictions(); any other variable is ignored.
[[nodiscard]] Given read_environment(const Table& table, const std::vector<std::string>& others);

}  // namespace shaman::config
