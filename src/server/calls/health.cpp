// SPDX-License-Identifier: GPL-3.0-or-later
// For load balancers and orchestrators: needs no token, and never waits for a disk.
#include "base/json_writer.hpp"
#include "server/handlers.hpp"
#include "server/health/manager_state.hpp"
#include "server/health/readiness.hpp"

namespace shaman::http {
namespace {

Response fresh(std::string json) {
  Response response = Response::json(std::move(json));
  response.headers = "Cache-Control: no-store\r\n";
  return response;
}

}  // namespace

Task<Response> get_livez(Exchange& exchange) {
  exchange.is_routine = true;
  std::string out;
  JsonObject(out).text("state", "alive");
  co_return fresh(std::move(out));
}

Task<Response> get_readyz(Exchange& exchange) {
  const Services& services = exchange.services;
  ReadinessFacts facts{.store = services.store.health(),
                       .manager = std::nullopt,
                       .is_stopping = services.connections.is_stopping()};
  if (services.manager != nullptr) facts.manager = services.manager->get();
  const auto checks = check_readiness(facts);
  const bool is_admin = exchange.principal.role == auth::Role::admin;
  Response response = fresh(readiness_json(checks, is_admin));
  if (!is_ready(checks)) response.status = 503;
  exchange.is_routine = response.status == 200;
  co_return response;
}

}  // namespace shaman::http
