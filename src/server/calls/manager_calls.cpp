// SPDX-License-Identifier: GPL-3.0-or-later
// The calls that Flamenco's add-on makes on connecting to a Manager, answered by a server with
// files and checkouts but without jobs and workers.
#include "base/json_writer.hpp"
#include "server/handlers.hpp"

namespace shaman::http {
namespace {

std::string version_json(const ServerOptions& options) {
  std::string out;
  JsonObject(out)
      .text("name", options.name)
      .text("version", options.version)
      .text("shortversion", options.version)
      .text("git", options.git);
  return out;
}

std::string configuration_json(const ServerOptions& options) {
  std::string out;
  JsonObject(out)
      .text("storageLocation", options.storage)
      .boolean("shamanEnabled", true)
      .boolean("isFirstRun", false);
  return out;
}

std::string shared_storage_json(const ServerOptions& options, std::string_view audience,
                                std::string_view platform) {
  const auto found = options.jobs_location.find(std::string(platform));
  std::string out;
  JsonObject(out)
      .text("location",
            found == options.jobs_location.end() ? options.storage + "/jobs" : found->second)
      .text("audience", audience)
      .text("platform", platform)
      .boolean("shamanEnabled", true);
  return out;
}

}  // namespace

Task<Response> get_version(Exchange& exchange) {
  co_return Response::json(version_json(exchange.options));
}

Task<Response> get_farm_status(Exchange&) {
  // This server has no workers whose state it could report.
  co_return Response::json(R"({"status":"unknown"})");
}

Task<Response> get_configuration(Exchange& exchange) {
  co_return Response::json(configuration_json(exchange.options));
}

Task<Response> get_shared_storage(Exchange& exchange) {
  const std::string_view audience = exchange.parameters[0];
  if (audience != "users" && audience != "workers")
    co_return Response::error(400, "the audience must be users or workers");
  co_return Response::json(shared_storage_json(exchange.options, audience, exchange.parameters[1]));
}

Task<Response> get_job_types(Exchange&) {
  co_return Response::json(R"({"job_types":[]})");
}

Task<Response> get_worker_tags(Exchange&) {
  co_return Response::json(R"({"tags":[]})");
}

}  // namespace shaman::http
