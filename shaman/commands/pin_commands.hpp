// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace shaman::program {

/// `pin CHECKOUT [--name NAME]`, `unpin NAME` and `pins`. The exit status.
[[nodiscard]] int run_pin_command(int argc, char** argv);
[[nodiscard]] int run_unpin_command(int argc, char** argv);
[[nodiscard]] int run_pins_command(int argc, char** argv);

}  // namespace shaman::program
