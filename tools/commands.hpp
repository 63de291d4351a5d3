// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

#include "report/output.hpp"

/// The subcommands of `shaman`. Each is in its own file, adds itself to the command line with one
/// function, and returns the function to run if it was chosen.
namespace shaman::tools {

struct Command {
  CLI::App* options = nullptr;      ///< owned by the program's CLI::App
  std::function<ExitStatus()> run;  ///< called at most once, after parsing
  /// Runs although the configuration cannot be used, and looks at Configuration::problems() itself.
  bool judges_configuration = false;
};

[[nodiscard]] Command add_list(CLI::App& app);
[[nodiscard]] Command add_pack(CLI::App& app);
[[nodiscard]] Command add_submit(CLI::App& app);
[[nodiscard]] Command add_checkout(CLI::App& app);
[[nodiscard]] Command add_outputs(CLI::App& app);
[[nodiscard]] Command add_status(CLI::App& app);
[[nodiscard]] Command add_job(CLI::App& app);
[[nodiscard]] Command add_doctor(CLI::App& app);
[[nodiscard]] Command add_config(CLI::App& app);

}  // namespace shaman::tools
