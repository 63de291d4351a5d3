// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

namespace shaman::jobs {

/// A variable of a Manager, on one platform.
struct Variable {
  std::string value;
  /// What begins with its value becomes the variable, and with that the values of other platforms.
  bool is_twoway = false;
};

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
