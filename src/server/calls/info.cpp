// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>
#include <utility>
#include <vector>

#include "base/json_writer.hpp"
#include "protocol/ingest.hpp"
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

// Not for those who may not send files: it names the studio's folders.
bool may_ingest(const Exchange& exchange) {
  return !exchange.options.ingest_from.empty() &&
         (!exchange.options.access || exchange.principal.role >= auth::Role::submit);
}

std::string ingest_json(const Exchange& exchange) {
  std::vector<std::string> folders;
  for (const IngestFolder& folder : exchange.options.ingest_from)
    folders.push_back(folder.as_clients);
  std::string out;
  JsonObject(out)
      .raw("folders", json_array(folders))
      .text("seed",
            protocol::ingest_seed(exchange.services.ingest_secret, exchange.requester.scope).hex());
  return out;
}

std::string info_json(const Exchange& exchange) {
  const ServerOptions& options = exchange.options;
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
  std::vector<std::string_view> features(protocol::kFeatures.begin(), protocol::kFeatures.end());
  if (may_ingest(exchange)) features.push_back(protocol::kIngests);
  std::string out;
  {
    JsonObject object(out);
    object.text("name", options.name)
        .text("version", options.version)
        .raw("features", json_array(features))
        .raw("limits", limits)
        .raw("storage", storage_json(exchange.services));
    if (options.access) object.text("role", auth::name_of(exchange.principal.role));
    if (may_ingest(exchange)) object.raw("ingest", ingest_json(exchange));
  }
  return out;
}

}  // namespace

Task<Response> get_info(Exchange& exchange) {
  co_return Response::json(info_json(exchange));
}

}  // namespace shaman::http
