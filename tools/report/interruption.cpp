// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/interruption.hpp"

#include <cstdlib>

#include <nlohmann/json.hpp>

#include "report/output.hpp"

namespace shaman::tools {
namespace {

// On the watch's thread: the program's own waits for a server or a disk, and is not asked.
void end() {
  const ExitStatus status = fail({errc::cancelled, "cancelled"});
  print_json(failure_json(last_failure()));
  std::_Exit(static_cast<int>(status));
}

}  // namespace

JsonOnInterrupt::JsonOnInterrupt(bool is_json) {
  if (!is_json) return;
  watch_.emplace();
  on_stop_.emplace(watch_->token(), end);
}

}  // namespace shaman::tools
