// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "shaman/manager/manager.hpp"

namespace shaman::jobs {

using Variable = manager::Variable;

/// The facts about a farm that show where the texts of its jobs lead.
struct Farm {
  /// The jobs folder as workers and artists know it (option jobs-location).
  std::vector<std::string> locations{};
  /// The Manager's variables by name, for each platform. Without any, a placeholder may stand for
  /// anything. Otherwise an unknown placeholder stands for names of folders, but not for the path
  /// to the jobs folder.
  std::vector<std::map<std::string, Variable>> variables{};
  /// The settings of the job that are texts: a job type may replace `{name of the setting}` by the
  /// value.
  std::map<std::string, std::string> settings{};
  /// Placeholders count as leading nowhere, because other code judges them.
  bool ignores_placeholders = false;
};

}  // namespace shaman::jobs
