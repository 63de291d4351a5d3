// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/handlers.hpp"
#include "http/json_writer.hpp"

namespace shaman::http {
namespace {

std::string info_json(const ServerOptions& options) {
  const auto seconds = [](Timeouts::Duration time) {
    return static_cast<std::uint64_t>(time.count() / 1000);
  };
  std::string limits;
  JsonObject(limits)
      .number("fileBytes", options.limits.file_bytes)
      .number("jsonBytes", options.limits.json_bytes)
      .number("jsonFiles", options.limits.json_files)
      .number("headerBytes", options.limits.header_bytes)
      .number("connections", options.limits.connections)
      .number("idleSeconds", seconds(options.timeouts.idle))
      .number("stallSeconds", seconds(options.timeouts.stall))
      .number("createWaitSeconds", seconds(options.timeouts.create_wait));
  std::string out;
  JsonObject(out)
      .text("name", options.name)
      .text("version", options.version)
      .raw("features",
           R"(["create-wait","idempotency-key","erase-checkout","resumable-uploads","batch"])")
      .raw("limits", limits);
  return out;
}

}  // namespace

Task<Response> get_info(Exchange& exchange) {
  co_return Response::json(info_json(exchange.options));
}

}  // namespace shaman::http
