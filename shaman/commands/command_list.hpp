// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace shaman::program {

/// One function for each command, in a file of its own: reads the arguments, works on the storage,
/// with or without a running server, and returns the exit status.
[[nodiscard]] int run_gc_command(int argc, char** argv);
[[nodiscard]] int run_erase_command(int argc, char** argv);
[[nodiscard]] int run_verify_command(int argc, char** argv);
[[nodiscard]] int run_pin_command(int argc, char** argv);
[[nodiscard]] int run_unpin_command(int argc, char** argv);
[[nodiscard]] int run_pins_command(int argc, char** argv);
[[nodiscard]] int run_checkouts_command(int argc, char** argv);
/// The former name of `checkouts pending [--confirm]`, `expired [--confirm]`, with a note.
[[nodiscard]] int run_expired_command(int argc, char** argv);
[[nodiscard]] int run_token_command(int argc, char** argv);
[[nodiscard]] int run_check_manager_command(int argc, char** argv);

}  // namespace shaman::program
