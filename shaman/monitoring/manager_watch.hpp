// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "schedule.hpp"

namespace shaman::program {

/// Asks the Manager every few seconds whether it is there. On its own thread, until destroyed.
class ManagerWatch {
 public:
  /// `tell` gets why the Manager does not answer, or nothing, after each question. Without `url` it
  /// does nothing.
  ManagerWatch(std::string url, std::function<void(std::string)> tell);

 private:
  void ask();

  const std::string url_;
  const std::function<void(std::string)> tell_;
  Schedule asking_;  // last: it uses the rest
};

}  // namespace shaman::program
