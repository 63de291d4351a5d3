// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>
#include <utility>
#include <vector>

#include "base/json_writer.hpp"
#include "protocol/names.hpp"
#include "server/handlers.hpp"

namespace shaman::http {
namespace {

template <class Texts>
std::string json_array(const Texts& texts) {
  std::string out;
  for (const auto& text : texts) {
    out += out.empty() ? "[" : ",";
    append_json_string(out, text);
  }
  return out.empty() ? "[]" : out + "]";
}

std::string storage_json(const Services& services) {
  const Store& store = services.store;
  std::vector<std::string> remarks = store.remarks();
  if (services.remarks != nullptr)
    for (std::string& remark : services.remarks->get())
      remarks.push_back(std::move(remark));

  std::string out;
  const std::string problem = store.problem();
  {
    JsonObject object(out);
    object.text("state", problem.empty() ? "there" : "away");
    if (!problem.empty()) object.text("problem", problem);
    if (!remarks.empty()) object.raw("remarks", json_array(remarks));
  }
  return out;
}

std::string info_json(const ServerOptions& options, const Services& services) {
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
      .raw("features", json_array(protocol::kFeatures))
      .raw("limits", limits)
      .raw("storage", storage_json(services));
  return out;
}

}  // namespace

Task<Response> get_info(Exchange& exchange) {
  co_return Response::json(info_json(exchange.options, exchange.services));
}

}  // namespace shaman::http
