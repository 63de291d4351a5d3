// SPDX-License-Identifier: GPL-3.0-or-later
#include "process/service_manager.hpp"

#include <chrono>
#include <cstdint>
#include <system_error>
#include <systemd/sd-daemon.h>

#include <spdlog/spdlog.h>

namespace shaman::program::service_manager {
namespace {

void notify(const std::string& state) {
  const int outcome = ::sd_notify(0, state.c_str());
  if (outcome < 0)
    spdlog::warn("cannot notify the service manager: {}",
                 std::generic_category().message(-outcome));
}

}  // namespace

void say_ready(const std::string& status) {
  notify("READY=1\nSTATUS=" + status);
}

void say_reloading() {
  // systemd 253 and later match the answer to the reload by this clock.
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  notify("RELOADING=1\nMONOTONIC_USEC=" +
         std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
}

void say_stopping() {
  notify("STOPPING=1");
}

std::chrono::microseconds watchdog_time() {
  std::uint64_t microseconds = 0;
  const bool is_on = ::sd_watchdog_enabled(0, &microseconds) > 0;
  return std::chrono::microseconds(is_on ? microseconds : 0);
}

void say_alive() {
  notify("WATCHDOG=1");
}

}  // namespace shaman::program::service_manager
