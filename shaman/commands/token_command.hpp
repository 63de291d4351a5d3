// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace shaman::program {

/// `token create`, `token list`, `token revoke NAME`. The exit status.
[[nodiscard]] int run_token_command(int argc, char** argv);

}  // namespace shaman::program
