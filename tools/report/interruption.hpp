// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <string>

#include "http/client/interrupt.hpp"

/// Handles Ctrl-C and SIGTERM during the whole run: they never end the program without a sentence
/// and, with --json, its line.
namespace shaman::tools {

/// For the whole run, once. Until finish_on_interrupt(), the first signal ends the program.
class Interruption {
 public:
  /// `is_json`: the program must print a line of JSON.
  explicit Interruption(bool is_json);

 private:
  client::InterruptWatch watch_;
};

/// From now on the first signal only requests a stop, because the command must finish or remove
/// files. `left`: what remains if a later signal ends the program, as in `the unfinished pack "x"
/// may be left`. Returns the token of the stop.
[[nodiscard]] std::stop_token finish_on_interrupt(std::string left);

/// The message if a signal ends the program at once, for commands that change something.
void say_when_cancelled(std::string sentence);

}  // namespace shaman::tools
