// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "shaman/manager/check.hpp"

namespace shaman::program {

/// Says in the log what is wrong with the Manager's configuration, once it can be asked. On a
/// thread of its own, which ends with this.
class ManagerCheck {
 public:
  /// `tell` gets what is wrong, a sentence each, from that thread.
  void start(std::string url, std::string storage, manager::Position position,
             std::function<void(std::vector<std::string>)> tell);

 private:
  std::jthread thread_;
};

}  // namespace shaman::program
