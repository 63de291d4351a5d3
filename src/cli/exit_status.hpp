// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "shaman/error.hpp"

/// The exit statuses of both programs: each has one meaning for every program and command.
namespace shaman {

enum class ExitStatus : int {
  done = 0,
  failed = 1,
  bad_input = 2,      ///< wrong usage, or something that does not exist or is invalid
  incomplete = 3,     ///< files are missing or damaged; of submissions and packs with --strict only
  out_of_reach = 4,   ///< no server answers, or this user may not read the files
  job_failed = 5,     ///< with --wait only
  job_canceled = 6,   ///< with --wait only
  no_such_job = 7,    ///< no job has this id, or it was deleted during the wait
  interrupted = 130,  ///< by Ctrl-C, as shells report it
  terminated = 143,   ///< by SIGTERM
};

struct ExitStatusText {
  ExitStatus status;
  const char* text;  ///< a sentence without its full stop
};

/// The table of --help, of the man pages and of docs/artists.md, by number.
[[nodiscard]] std::span<const ExitStatusText> exit_statuses() noexcept;

/// The status of a command that ends with this failure. `errc::cancelled` is
/// ExitStatus::interrupted.
[[nodiscard]] ExitStatus exit_status_of(errc code) noexcept;

}  // namespace shaman
