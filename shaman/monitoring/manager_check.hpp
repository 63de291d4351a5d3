// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "shaman/manager/check.hpp"

namespace shaman::program {

/// Logs the errors of the Manager's configuration, once the Manager answers. On its own thread,
/// which ends with this.
class ManagerCheck {
 public:
  /// `tell` gets the errors, a sentence each, from that thread.
  void start(std::string url, std::string storage, manager::Position position,
             std::function<void(std::vector<std::string>)> tell);

 private:
  std::jthread thread_;
};

}  // namespace shaman::program
