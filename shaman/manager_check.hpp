// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <thread>

namespace shaman::program {

/// Says in the log what is wrong with the Manager's configuration, once it can be asked. On a
/// thread of its own, which ends with this.
class ManagerCheck {
 public:
  void start(std::string url, std::string storage);

 private:
  std::jthread thread_;
};

}  // namespace shaman::program
