// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/exit_status.hpp"

#include <array>

namespace shaman {

std::span<const ExitStatusText> exit_statuses() noexcept {
  static constexpr std::array kAll{
      ExitStatusText{ExitStatus::done, "Done; missing files are listed"},
      ExitStatusText{ExitStatus::failed,
                     "Failed; the message says why. Also if a check finds an error (doctor, "
                     "check-manager)"},
      ExitStatusText{
          ExitStatus::bad_input,
          "Wrong usage or input: an option, a configuration, an address, a storage, a "
          "job setting, a .blend, a checkout, a name or a target that does not exist, is "
          "taken or cannot be used"},
      ExitStatusText{ExitStatus::incomplete,
                     "Files are missing, damaged or left out (--strict, verify, pin, pins), or gc "
                     "missed its goal"},
      ExitStatusText{ExitStatus::out_of_reach,
                     "No server answers, or this user cannot read everything (verify, gc)"},
      ExitStatusText{ExitStatus::job_failed, "The job failed (--wait, job wait)"},
      ExitStatusText{ExitStatus::job_canceled, "The job was cancelled (--wait, job wait)"},
      ExitStatusText{ExitStatus::no_such_job, "No job has this ID, or it was deleted"},
      ExitStatusText{ExitStatus::interrupted, "Ended by Ctrl-C"},
      ExitStatusText{ExitStatus::terminated, "Ended by SIGTERM"},
  };
  return kAll;
}

ExitStatus exit_status_of(errc code) noexcept {
  switch (code) {
    case errc::unreachable:
    case errc::manager_away:
      return ExitStatus::out_of_reach;
    case errc::not_found:
    case errc::not_a_store:
    case errc::damaged_file:
    case errc::limit_exceeded:
    case errc::invalid_argument:
    case errc::unsafe_path:
    case errc::conflicting_paths:
      return ExitStatus::bad_input;
    case errc::cancelled:
      return ExitStatus::interrupted;
    default:
      return ExitStatus::failed;
  }
}

}  // namespace shaman
