// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <string>

#include "http/client/interrupt.hpp"

/// What Ctrl-C and SIGTERM do, from the first command's first step to the last: they never end the
/// program without a sentence and, with --json, its line.
namespace shaman::tools {

/// For the whole run, once. Until finish_on_interrupt(), the first signal ends the program.
class Interruption {
 public:
  /// `is_json`: the program owes its caller a line of JSON.
  explicit Interruption(bool is_json);

 private:
  client::InterruptWatch watch_;
};

/// From now on the first signal only requests a stop, because the command has things to finish or
/// to remove. `left`: what the program may leave if a later signal ends it all the same, as in `the
/// unfinished pack "x" may be left`. The token of the stop.
[[nodiscard]] std::stop_token finish_on_interrupt(std::string left);

/// What a signal that ends the program at once says; of commands that change something.
void say_when_cancelled(std::string sentence);

}  // namespace shaman::tools
