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
  /// The Manager's, by name, for each platform. If none are known, each placeholder may stand for
  /// anything; else one that nobody knows stands for names of folders, and not for the way to them.
  std::vector<std::map<std::string, Variable>> variables{};
  /// The texts among a job's settings: a job type may put one in the place of `{its name}`.
  std::map<std::string, std::string> settings{};
  /// Placeholders lead nowhere: they are judged at another time.
  bool ignores_placeholders = false;
};

}  // namespace shaman::jobs
