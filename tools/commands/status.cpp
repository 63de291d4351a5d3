// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "shaman/client/server_info.hpp"
#include "shaman/manager/manager.hpp"
#include "shaman/text.hpp"

#include "commands.hpp"
#include "options/server_option.hpp"
#include "report/waiting.hpp"

namespace shaman::tools {
namespace {

using client::ServerInfo;
using nlohmann::json;

struct StatusOptions {
  ServerOption server;
  bool json = false;
};

const char* kind_name(ServerInfo::Kind kind) {
  switch (kind) {
    case ServerInfo::Kind::shaman:
      return "shaman";
    case ServerInfo::Kind::flamenco:
      return "flamenco";
    case ServerInfo::Kind::other:
      return "other";
  }
  return "other";
}

std::string sentence(const client::BaseUrl& url, const ServerInfo& server) {
  const std::string what = text::printable(server.name) + " " + text::printable(server.version);
  switch (server.kind) {
    case ServerInfo::Kind::shaman: {
      std::string features;
      for (const std::string& feature : server.features)
        features += (features.empty() ? "" : ", ") + text::printable(feature);
      return url.text() + " is a Shaman server: " + what +
             "\nFeatures: " + (features.empty() ? "none" : features) +
             (server.storage_problem.empty()
                  ? ""
                  : "\nIt does not accept files: " + text::printable(server.storage_problem));
    }
    case ServerInfo::Kind::flamenco:
      return url.text() + " is a Flamenco Manager: " + what +
             (server.takes_files == true    ? "\nIts Shaman is on: files can be submitted."
              : server.takes_files == false ? "\nIts Shaman is off: files cannot be submitted."
                                            : "\nIt does not say whether its Shaman is on.");
    case ServerInfo::Kind::other:
      break;
  }
  return server.problem;
}

// The program behind a Shaman server.
struct ManagerState {
  const char* name = nullptr;  // for programs; null: unknown
  std::string sentence;        // for people; empty: no message
};

ManagerState manager_of(const client::Server& where, const ServerInfo& server) {
  if (server.kind != ServerInfo::Kind::shaman) return {};
  const Waiting waiting(where.url.text());
  manager::Manager manager(where);
  const auto types = manager.job_types();
  if (types) return {"answers", "Its Flamenco Manager answers."};
  if (types.error().code == errc::invalid_argument)
    return {"none", "No Flamenco Manager is behind it: it makes checkouts, but no jobs."};
  const char* const name = types.error().code == errc::manager_away ? "away" : nullptr;
  return {name, "Jobs: " + text::printable(types.error().message())};
}

bool is_usable(const ServerInfo& server) {
  return server.kind != ServerInfo::Kind::other && server.storage_problem.empty();
}

json json_line(const client::BaseUrl& url, const ServerInfo& server) {
  json line{{"schema", 1}, {"server", url.text()}, {"kind", kind_name(server.kind)}};
  if (server.kind == ServerInfo::Kind::other) {
    line["answer"] = server.answer;
  } else {
    line["name"] = server.name;
    line["version"] = server.version;
  }
  if (server.kind == ServerInfo::Kind::shaman) line["features"] = server.features;
  if (!server.storage_problem.empty()) line["storageProblem"] = server.storage_problem;
  if (server.takes_files) line["shamanEnabled"] = *server.takes_files;
  if (!is_usable(server)) line["error"] = sentence(url, server);
  return line;
}

ExitStatus run_status(const StatusOptions& options) {
  const result<client::Server> where = server_of(options.server);
  if (!where) return fail(where.error());
  const client::BaseUrl& url = where->url;
  const result<ServerInfo> server = [&] {
    const Waiting waiting(url.text());
    return client::identify_server(*where);
  }();
  if (!server) {
    const Error error = with_hint(server.error());
    json line = failure_json(error.message());
    line["server"] = url.text();
    line["kind"] = "none";
    if (options.json) print_json(line);
    return fail(error);
  }
  const ManagerState manager = manager_of(*where, *server);
  if (options.json) {
    json line = json_line(url, *server);
    if (manager.name != nullptr) line["manager"] = manager.name;
    print_json(line);
  } else {
    print(sentence(url, *server) + "\n" +
          (manager.sentence.empty() ? "" : manager.sentence + "\n"));
  }
  return is_usable(*server) ? ExitStatus::done : ExitStatus::failed;
}

}  // namespace

Command add_status(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("status", "Shows whether a server is running, and what it is.");
  const auto options = std::make_shared<StatusOptions>();
  add_server_option(*command, options->server);
  command->add_flag("--json", options->json, "Print one line of JSON.");
  return {command, [options] { return run_status(*options); }};
}

}  // namespace shaman::tools
