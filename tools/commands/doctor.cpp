// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "shaman/client/probe.hpp"
#include "shaman/manager/manager.hpp"
#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "commands.hpp"
#include "options/configuration.hpp"
#include "options/server_option.hpp"
#include "options/value_checks.hpp"
#include "report/diagnosis.hpp"
#include "report/doctor_storage.hpp"
#include "report/waiting.hpp"

namespace shaman::tools {
namespace {

using client::ServerInfo;

struct DoctorOptions {
  ServerOption server;
  std::string blender = "blender";
  bool json = false;
};

// Beyond this, the times of job lists and expiring tokens are misleading.
constexpr std::chrono::seconds kSameTime{60};
constexpr std::chrono::milliseconds kSlowAnswer{500};
#ifdef _WIN32
constexpr const char* kNotQuoted = "\"%\r\n";
#else
constexpr const char* kNotQuoted = "\"`$\\\n";
#endif

// The settings without errors apply.
void look_at_configuration(Diagnosis& diagnosis) {
  for (const std::string& problem : configuration().problems())
    diagnosis.wrong("config", problem);
}

void look_at_token(const client::Server& server, Diagnosis& diagnosis) {
  if (server.token.empty()) return diagnosis.fine("token", "no token given");
  if (server.url.is_secure) return diagnosis.fine("token", "a token is given and sent over TLS");
  diagnosis.mind("token",
                 "the token is sent without TLS, so anyone on the network in between can read it: "
                 "ask the farm's admin for an https:// address");
}

// Anyone who can read it can submit in the user's name.
void look_at_token_file(const std::string& path, Diagnosis& diagnosis) {
  constexpr std::uint32_t kOthers = 077;
  const auto mode = path.empty() ? std::nullopt : os::permissions(path);
  if (!mode) return;
  if ((*mode & kOthers) == 0)
    return diagnosis.fine("token", "only you can read the file " + text::in_quotes(path));
  diagnosis.mind("token", "others on this machine can read the file " + text::in_quotes(path) +
                              ": run chmod 600 on it, and ask the farm's admin for a new token if "
                              "someone may have read it");
}

void look_at_clock(const client::Probe& probe, Diagnosis& diagnosis) {
  if (!probe.clock_ahead) return;
  const auto off = *probe.clock_ahead;
  if (std::chrono::abs(off) <= kSameTime)
    return diagnosis.fine("clock", "this machine and the server agree");
  diagnosis.mind("clock", "this machine's clock is " +
                              std::to_string(std::chrono::abs(off).count()) + " s " +
                              (off.count() > 0 ? "ahead of" : "behind") +
                              " the server's: synchronize both (NTP)");
}

std::string what_it_is(const ServerInfo& server) {
  const std::string name = server.name + " " + server.version;
  return server.kind == ServerInfo::Kind::shaman ? "is a Shaman server, " + name
                                                 : "is a Flamenco Manager, " + name;
}

// False if no further calls are possible. `lets_in`: false if the server wants another token.
bool look_at_server(const PartialServer& found, Diagnosis& diagnosis, ExitStatus& status,
                    bool& lets_in) {
  const client::Server& server = *found.server;
  const auto probe = [&] {
    const Waiting waiting(server.url.text());
    return client::probe(server);
  }();
  if (!probe) {
    lets_in = probe.error().code != errc::access_denied;
    diagnosis.wrong("server", lets_in || !found.bad_token
                                  ? with_advice(probe.error()).message()
                                  : "the server requires a token: correct the error above first");
    status =
        probe.error().code == errc::unreachable ? ExitStatus::out_of_reach : ExitStatus::failed;
    return false;
  }
  if (probe->server.kind == ServerInfo::Kind::other) {
    diagnosis.wrong("server", probe->server.problem);
    return false;
  }
  const std::string ms = std::to_string(probe->answered_in.count()) + " ms";
  diagnosis.fine("server", server.url.text() + " " + what_it_is(probe->server));
  if (probe->answered_in > kSlowAnswer)
    diagnosis.mind("server",
                   "the server took " + ms +
                       " to answer a small request: the network is slow, or the server is busy");
  if (probe->why_no_submission.empty())
    diagnosis.fine("server", "the server accepts uploads: a test file arrived");
  else
    diagnosis.wrong("server", probe->why_no_submission);
  if (probe->server.kind == ServerInfo::Kind::flamenco)
    diagnosis.mind("server",
                   "uploads go to the Manager's own Shaman: interrupted ones start again from the "
                   "beginning, and small files are sent one by one");
  for (const std::string& remark : probe->server.storage_remarks)
    diagnosis.mind("storage", "for the farm's admin: " + text::printable(remark));
  look_at_clock(*probe, diagnosis);
  return true;
}

void look_at_manager(manager::Manager& manager, Diagnosis& diagnosis) {
  const auto types = manager.job_types();
  if (!types && types.error().code == errc::invalid_argument)
    return diagnosis.mind(
        "manager",
        "no Manager behind this server: you can make checkouts, but not jobs (--job-type)");
  if (types)
    return diagnosis.fine("manager", "has " +
                                         text::count_of(types->size(), "job type", "job types") +
                                         "; `shaman job types` lists them");
  diagnosis.wrong("manager", with_advice(types.error()).message());
}

void look_at_cache(Diagnosis& diagnosis) {
  const std::string folder = os::cache_folder();
  if (folder.empty())
    return diagnosis.mind(
        "cache", "this machine has no cache folder, so each submission reads every file again");
  const std::string probe = os::join(folder, "doctor");
  result<void> done = os::create_folders(folder);
  if (done) done = os::check_locks(folder);
  if (done) {
    auto file = os::OutputFile::create(probe);
    done = file ? file->commit() : result<void>(file.error());
  }
  if (!done)
    return diagnosis.mind(
        "cache", "the digest cache cannot be used, so each submission reads every file again: " +
                     done.error().message());
  static_cast<void>(os::remove_file(probe));
  diagnosis.fine("cache", "digest cache: " + folder);
}

// The first line that it prints with --version.
std::optional<std::string> version_of(const std::string& program) {
  // Characters that a shell does not take literally.
  if (program.find_first_of(kNotQuoted) != std::string::npos) return std::nullopt;
  const std::string command = "\"" + program + "\" --version 2>&1";
#ifdef _WIN32
  std::FILE* const pipe = ::_popen(("\"" + command + "\"").c_str(), "r");
#else
  std::FILE* const pipe = ::popen(command.c_str(), "r");
#endif
  if (pipe == nullptr) return std::nullopt;
  std::array<char, 256> line{};
  const bool has_line = std::fgets(line.data(), line.size(), pipe) != nullptr;
  std::string said = has_line ? line.data() : "";
  while (std::fgets(line.data(), line.size(), pipe) != nullptr)
    ;
#ifdef _WIN32
  const bool went_well = ::_pclose(pipe) == 0;
#else
  const bool went_well = ::pclose(pipe) == 0;
#endif
  while (said.ends_with('\n') || said.ends_with('\r'))
    said.pop_back();
  if (!went_well || !said.starts_with("Blender")) return std::nullopt;
  return said;
}

void look_at_blender(const std::string& program, Diagnosis& diagnosis) {
  if (const auto version = version_of(program)) return diagnosis.fine("blender", *version);
  diagnosis.mind("blender", text::in_quotes(program) +
                                " does not run here. Workers need Blender, submitting does not; "
                                "use --blender to test another one");
}

void look_at_credentials(const PartialServer& found, const ServerOption& given,
                         Diagnosis& diagnosis) {
  // A file without a token, or a folder, may well be for others to read.
  if (found.bad_token)
    diagnosis.wrong("token", found.bad_token->message());
  else
    look_at_token_file(token_file_of(given), diagnosis);
  if (found.bad_trust) diagnosis.wrong("tls", found.bad_trust->message());
  if (found.bad_proxy) diagnosis.wrong("proxy", found.bad_proxy->message());
  if (!found.remark.empty()) diagnosis.mind("tls", found.remark);
}

// The rest is checked even if no server answers.
ExitStatus look_at_farm(const ServerOption& given, Diagnosis& diagnosis) {
  ExitStatus status = ExitStatus::failed;
  const PartialServer found = partial_server_of(given);
  if (found.no_address) diagnosis.wrong("server", found.no_address->message());
  look_at_credentials(found, given, diagnosis);
  bool lets_in = true;
  const bool can_ask = found.server && look_at_server(found, diagnosis, status, lets_in);
  if (!found.server) return ExitStatus::bad_input;
  if (!found.bad_token && lets_in) look_at_token(*found.server, diagnosis);
  if (!can_ask) return status;
  const Waiting waiting(found.server->url.text());
  manager::Manager manager(*found.server);
  look_at_manager(manager, diagnosis);
  look_at_storage(manager, diagnosis);
  return status;
}

ExitStatus run_doctor(const DoctorOptions& options) {
  Diagnosis diagnosis;
  look_at_configuration(diagnosis);
  ExitStatus status = look_at_farm(options.server, diagnosis);
  if (!configuration().problems().empty()) status = ExitStatus::bad_input;
  look_at_cache(diagnosis);
  look_at_blender(options.blender, diagnosis);
  if (!options.json) {
    print(diagnosis.text());
  } else {
    print_json(diagnosis.json());
    if (diagnosis.has_wrong()) say(text::printable(diagnosis.first_wrong()));
  }
  return diagnosis.has_wrong() ? status : ExitStatus::done;
}

}  // namespace

Command add_doctor(CLI::App& app) {
  CLI::App* const command = app.add_subcommand(
      "doctor", "Finds out why submitting does not work, and what to do about it.");
  const auto options = std::make_shared<DoctorOptions>();
  add_server_option(*command, options->server);
  command->add_option("--blender", options->blender, "The Blender to test. Default: blender.")
      ->type_name("PROGRAM")
      ->check(not_empty());
  command->add_flag("--json", options->json, "Print one line of JSON.");
  return {command, [options] { return run_doctor(*options); }, true};
}

}  // namespace shaman::tools
