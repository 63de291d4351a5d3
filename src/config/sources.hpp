// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "config/table.hpp"

/// Where options are given: a file, the environment. Later sources go before earlier ones.
namespace shaman::config {

/// What a source holds: what can be used of it, and what is wrong.
struct Given {
  std::vector<Assignment> assignments;
  Problems problems;
  /// False: the source holds no options, because it could not be read; the only problem says why.
  bool is_read = true;
};

/// A YAML file: `gc: {max-age: 744h}`. Origins are `FILE:LINE`. Every problem is found, not just
/// the first; names that are no option are problems, and Table::contradictions().
[[nodiscard]] Given read_file(const Table& table, const std::string& path);

/// The environment: `SHAMAN_GC_MAX_AGE=744h`; lists are separated by commas. `others` are variables
/// with that prefix that mean something to other programs. A variable that looks like a misspelt
/// option is a problem, as are Table::contradictions(); any other variable is nobody's.
[[nodiscard]] Given read_environment(const Table& table, const std::vector<std::string>& others);

}  // namespace shaman::config
