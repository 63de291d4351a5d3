// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "options/settings.hpp"

namespace shaman::program {

/// The settings of `shaman-server` when it is called as a server. If the program should not
/// continue (`--help`, `--check-config`, an error), it has printed why, and `exit_status` is set.
struct Start {
  Sources sources;
  Loaded loaded;
  std::optional<int> exit_status;
};
[[nodiscard]] Start read_start(int argc, char** argv);

}  // namespace shaman::program
