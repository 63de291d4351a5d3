// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <spdlog/common.h>

#include "shaman/auth/access.hpp"
#include "shaman/gc.hpp"
#include "shaman/http/server.hpp"
#include "shaman/jobs/checkout_expiry.hpp"
#include "shaman/jobs/old_checkouts.hpp"
#include "shaman/proxy/manager.hpp"
#include "shaman/store.hpp"
#include "shaman/tls.hpp"

#include "config/table.hpp"
#include "log/logging.hpp"

namespace shaman::program {

/// The server's settings from command line, environment and configuration file.
struct Options {
  std::string storage;
  std::string listen = "127.0.0.1:8080";
  std::string host;        ///< of `listen`
  std::uint16_t port = 0;  ///< of `listen`
  std::string port_file;
  StoreOptions store;
  CheckoutOptions checkouts;
  http::ServerOptions server;
  std::string manager_url;
  std::optional<proxy::ManagerAddress> manager;  ///< this server is its reverse proxy
  std::string manager_api_url;
  std::optional<proxy::ManagerAddress> manager_api;  ///< this server runs side by side with it
  GcOptions gc;
  jobs::CheckoutExpiryOptions checkout_expiry;
  jobs::OldCheckoutsOptions old_checkouts;
  std::chrono::milliseconds checkout_check_interval{std::chrono::minutes(10)};  ///< 0: never
  std::chrono::seconds gc_period{std::chrono::hours(24)};                       ///< 0: never
  std::chrono::seconds verify_period{0};                                        ///< 0: never
  std::uint64_t verify_rate = std::uint64_t{20} << 20;  ///< bytes per second
  bool connections_given = false;  ///< then the server does not start with too few descriptors
  std::size_t disk_threads = 0;
  std::size_t request_threads = 0;
  spdlog::level::level_enum log_level = spdlog::level::info;
  LogFormat log_format = LogFormat::text;
  config::Values trusted_proxies;      ///< as written
  config::Values jobs_location;        ///< as written
  config::Values ingest_from;          ///< as written
  config::Values trusted_networks;     ///< as written
  config::Values jwt_keys;             ///< as written
  config::Values client_certificates;  ///< as written
  auth::AccessOptions access;
  tls::ServerFiles tls;

  /// The defaults on this machine.
  Options();
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  /// The Manager whose jobs are queried, in either deployment. Empty: none.
  [[nodiscard]] const std::string& asked_manager() const noexcept {
    return manager_url.empty() ? manager_api_url : manager_url;
  }
};

/// All options of the server, bound to `options`.
[[nodiscard]] config::Table table_of(Options& options);

/// Computes settings that depend on several options, and finds errors that only all together can
/// show. Call it after the table was applied.
void complete(Options& options);

}  // namespace shaman::program
