// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "shaman/manager/manager.hpp"

namespace shaman::jobs {

using Variable = manager::Variable;

/// What is known of a farm by which to tell where the texts of its jobs lead.
struct Farm {
  /// The jobs folder as workers and artists know it (option jobs-location).
  std::vector<std::string> locations{};
  /// The Manager's, by name, for each platform. None are known: each may stand for anything.
  std::vector<std::map<std::string, Variable>> variables{};
  /// Placeholders lead nowhere: they are judged at another time.
  bool ignores_placeholders = false;
};

}  // namespace shaman::jobs
