// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <stop_token>

#include "shaman/client/interrupt.hpp"

namespace shaman::tools {

/// With --json: while it lives, Ctrl-C ends the program with a last line that says so. For commands
/// that have nothing to clean up.
class JsonOnInterrupt {
 public:
  explicit JsonOnInterrupt(bool is_json);

 private:
  std::optional<client::InterruptWatch> watch_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

}  // namespace shaman::tools
