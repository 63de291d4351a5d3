// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace shaman::program {

/// `checkouts pending [--confirm]`. The exit status.
[[nodiscard]] int run_checkouts_command(int argc, char** argv);
/// Its former name, `expired [--confirm]`, with a note.
[[nodiscard]] int run_expired_command(int argc, char** argv);

}  // namespace shaman::program
