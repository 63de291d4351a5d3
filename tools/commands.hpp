// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string_view>

#include <CLI/CLI.hpp>

#include "shaman/error.hpp"

/// The subcommands of `shaman`. Each lives in a file of its own, adds itself to the command line
/// with one function, and hands back what is to be run when it was chosen.
namespace shaman::tools {

/// What the program tells the shell; the same for every subcommand (docs/artists.md).
enum class ExitStatus : int {
  done = 0,
  failed = 1,
  bad_input = 2,      ///< wrong usage, or a file that is not there or not what it should be
  files_missing = 3,  ///< with --strict only
  server_away = 4,
  job_failed = 5,    ///< with --wait only
  job_canceled = 6,  ///< with --wait only
};

struct Command {
  CLI::App* options = nullptr;      ///< owned by the program's CLI::App
  std::function<ExitStatus()> run;  ///< called at most once, after parsing
};

[[nodiscard]] Command add_list(CLI::App& app);
[[nodiscard]] Command add_pack(CLI::App& app);
[[nodiscard]] Command add_submit(CLI::App& app);
[[nodiscard]] Command add_status(CLI::App& app);
[[nodiscard]] Command add_job(CLI::App& app);
[[nodiscard]] Command add_doctor(CLI::App& app);

/// Says on standard error what went wrong, and which exit status that is.
[[nodiscard]] ExitStatus fail(const Error& error);
/// A sentence for the user on standard error: `shaman: warning: …`.
void warn(std::string_view message);

}  // namespace shaman::tools
