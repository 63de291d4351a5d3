// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <spdlog/common.h>

#include "shaman/gc.hpp"
#include "shaman/http/server.hpp"
#include "shaman/proxy/manager.hpp"
#include "shaman/store.hpp"

namespace shaman::program {

/// What the command line says.
struct Options {
  std::string storage;
  std::string host;
  std::uint16_t port = 0;
  std::string port_file;
  StoreOptions store;
  CheckoutOptions checkouts;
  http::ServerOptions server;
  std::optional<proxy::ManagerAddress> manager;  ///< that this server stands in front of
  GcOptions gc;
  std::chrono::seconds gc_period{std::chrono::hours(24)};  ///< 0: never
  std::chrono::seconds verify_period{0};                   ///< 0: never
  std::uint64_t verify_rate = 20'000'000;                  ///< bytes a second
  bool connections_given = false;  ///< then too few descriptors are a reason not to start
  std::size_t disk_threads = 0;
  std::size_t request_threads = 0;
  spdlog::level::level_enum log_level = spdlog::level::info;
};

/// Reads it. Where the program should not go on (`--help`, `--version`, an error) it has printed
/// why, and `exit_status` is set.
struct Parsed {
  Options options;
  std::optional<int> exit_status;
};
[[nodiscard]] Parsed parse_options(int argc, char** argv);

}  // namespace shaman::program
