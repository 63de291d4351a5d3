// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "shaman/manager/manager.hpp"

namespace shaman::jobs {

using Variable = manager::Variable;

/// What is known of a farm, to find out where the texts of its jobs lead.
struct Farm {
  /// The jobs folder as workers and artists know it (option jobs-location).
  std::vector<std::string> locations{};
  /// The Manager's, by name, for each platform. If none are known, each placeholder may mean
  /// anything; else an unknown one means names of folders, not the path to them.
  std::vector<std::map<std::string, Variable>> variables{};
  /// The texts among a job's settings: a job type may replace `{its name}` by one.
  std::map<std::string, std::string> settings{};
  /// Placeholders lead nowhere: they are judged elsewhere.
  bool ignores_placeholders = false;
};

}  // namespace shaman::jobs
