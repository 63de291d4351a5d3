// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>

/// Reports the server's state to systemd (sd_notify(3), units with Type=notify). Does nothing if no
/// service manager has requested it (NOTIFY_SOCKET is not set).
namespace shaman::program::service_manager {

/// Clients can connect; `status` is shown by `systemctl status`.
void say_ready(const std::string& status);
/// The configuration is being read again; say_ready() ends it.
void say_reloading();
void say_stopping();

/// How long systemd waits for say_alive() before it restarts the server (WatchdogSec=); 0: it does
/// not wait.
[[nodiscard]] std::chrono::microseconds watchdog_time();
void say_alive();

}  // namespace shaman::program::service_manager
