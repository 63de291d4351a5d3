// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/commands.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "shaman/checkout.hpp"
#include "shaman/fs/local.hpp"
#include "shaman/gc.hpp"
#include "shaman/manager/check.hpp"
#include "shaman/os.hpp"
#include "shaman/storage_access.hpp"
#include "shaman/store.hpp"
#include "shaman/text.hpp"
#include "shaman/tls.hpp"
#include "shaman/units.hpp"
#include "shaman/verify.hpp"
#include "shaman/worker_pool.hpp"

#include "cli/document.hpp"
#include "commands/checkouts_command.hpp"
#include "commands/command_tools.hpp"
#include "commands/description.hpp"
#include "commands/pin_commands.hpp"
#include "commands/token_command.hpp"
#include "options/command_options.hpp"
#include "protocol/checkout_path.hpp"
#include "start.hpp"
#include "version/version.hpp"

namespace shaman::program {
namespace {

std::string gc_command(const result<GcResults>& results) {
  if (!results) return "gc";
  return "gc (" + text::count_of(results->collected, "file", "files") + " collected, " +
         std::to_string(results->deleted) + " deleted)";
}

int collect(int argc, char** argv) {
  std::optional<Digest> explained;
  bool as_json = false;
  bool dry_run = false;
  CLI::App app(
      "Move files that no checkout uses and no client has requested recently to the storage's "
      "trash, and delete those whose time in the trash is over. The exit status is 3 if "
      "--min-free, --min-free-inodes or --max-store-size is not reached. Servers may be running.",
      "shaman-server gc");
  CommandOptions given(app);
  given.line().add("storage", "--storage");
  for (const char* const policy :
       {"max-age", "min-age", "grace", "max-store-size", "min-free", "min-free-inodes"})
    given.line().add(std::string("gc.") + policy, std::string("--") + policy);
  app.add_flag("--dry-run", dry_run, "Show what would be collected, without changing anything");
  app.add_flag("--json", as_json, "Print the results as one line of JSON");
  app.add_option_function<std::string>(
         "--explain",
         [&explained](const std::string& value) {
           explained = Digest::from_hex(value);
           if (!value.empty() && !explained)
             throw CLI::ValidationError("--explain", "invalid SHA-256 " + text::in_quotes(value) +
                                                         " (expected: 64 hexadecimal digits)");
         },
         "Explain why files with this SHA-256 are kept or would be collected; changes nothing, "
         "like "
         "--dry-run")
      ->type_name("SHA");
  std::string storage;
  GcOptions options;
  if (const auto status = parse_for_storage(app, given, argc, argv, storage, &options))
    return *status;
  options.log = say;
  dry_run = dry_run || explained.has_value();
  options.dry_run = dry_run;
  options.explain = explained;
  os::lower_thread_priority();  // a server may be working at the same time
  fs::LocalFileSystem file_system;
  WorkerPool pool(reading_threads());
  const auto results = collect_garbage(file_system, storage, pool, options);
  if (!dry_run) log_command(gc_command(results), storage, results);
  if (!results) return fail(results.error());
  const std::string report = as_json ? to_json(*results) : to_text(*results);
  std::printf("%s\n", report.c_str());
  if (explained && results->explanations.empty() && !as_json)
    std::printf("No file with the SHA-256 %s is stored.\n", explained->hex().c_str());
  if (results->unread_places > 0) return kOutOfReach;
  return results->shortfall.is_any() ? kIncomplete : 0;
}

int erase(int argc, char** argv) {
  std::string storage;
  std::string path;
  CLI::App app(
      "Erase one checkout. Its files remain in the store until garbage collection finds them "
      "unused. Servers may be running.",
      "shaman-server erase");
  CommandOptions given(app);
  given.line().add("storage", "--storage");
  app.add_option("path", path, "Path of the checkout, relative to the storage's jobs folder")
      ->required()
      ->type_name("PATH");
  if (const auto status = parse_for_storage(app, given, argc, argv, storage)) return *status;
  path = protocol::without_last_slashes(path);
  return with_store(storage, [&](Store& store) {
    const auto erased = Checkouts(store, {}).erase(path);
    log_command("erase " + text::in_quotes(path), storage, erased);
    if (!erased) return fail(erased.error());
    std::printf("erased %s\n", text::printable(path).c_str());
    return 0;
  });
}

// The server's rights in its storage; before its first start there is nothing to try.
bool is_access_good(const std::string& storage) {
  fs::LocalFileSystem file_system;
  if (!check_is_storage(file_system, storage)) return true;
  const auto remarks = check_storage_access(file_system, storage);
  if (!remarks) {
    std::printf("error   %s\n", text::printable(remarks.error().message()).c_str());
    return false;
  }
  for (const std::string& remark : *remarks)
    std::printf("warning %s\n", text::printable(remark).c_str());
  return true;
}

const char* label_of(const manager::Finding& finding) {
  if (finding.is_wrong) return "error  ";
  return finding.is_untried ? "warning" : "ok     ";
}

Error has_path(const std::string& given, client::BaseUrl address) {
  address.prefix.clear();
  return {errc::malformed_request, text::in_quotes(given) +
                                       " has a path, and a Manager has none; give the address "
                                       "without a path: " +
                                       address.text()};
}

// `ca` is --ca; empty: not given.
result<client::Server> with_trust(const client::BaseUrl& address, const std::string& ca) {
  client::Server server(address);
  if (!address.is_secure) {
    if (!ca.empty())
      std::fprintf(
          stderr,
          "shaman-server: warning: --ca has no effect, because %s does not use TLS: use an "
          "https:// address, or leave out --ca\n",
          text::printable(address.text()).c_str());
    return server;
  }
  const char* const name = ca.empty() ? "SHAMAN_CA" : "--ca";
  auto trust = tls::Trust::load(ca.empty() ? os::environment(name).value_or("") : ca);
  if (!trust)
    return Error{errc::malformed_request, std::string(name) + ": " + trust.error().message()};
  server.trust = *std::move(trust);
  return server;
}

int check(int argc, char** argv) {
  std::string url;
  std::string ca;
  bool is_beside = false;
  CLI::App app(
      "Read a Flamenco Manager's configuration and report settings that do not match this server's "
      "storage. Without URL, check the Manager of the server's configuration (manager or "
      "manager-api). The exit status is 1 if there is an error.",
      "shaman-server check-manager");
  CommandOptions given(app);
  given.line().add("storage", "--storage");
  app.add_option("url", url, "Address of the Manager itself, e.g. http://127.0.0.1:8081")
      ->type_name("URL");
  app.add_option("--ca", ca,
                 "For https: PEM file with certificates to trust in addition to this machine's "
                 "[SHAMAN_CA]")
      ->type_name("FILE");
  app.add_flag("--side-by-side", is_beside,
               "Another proxy, e.g. nginx, is in front of the Manager and this server; implied by "
               "manager-api");
  app.add_flag_callback("--beside",
                        [&is_beside] {
                          is_beside = true;
                          note_new_name("--beside", "--side-by-side");
                        })
      ->group("");
  int exit_status = 0;
  const auto settings = parse(app, given, argc, argv, exit_status);
  if (!settings) return exit_status;
  const std::string storage = os::absolute(settings->storage);
  is_beside = is_beside || settings->manager_api;
  if (url.empty()) url = settings->asked_manager();
  if (url.empty())
    return fail({errc::malformed_request,
                 "no Manager given; give its URL as the argument, or set manager or manager-api in "
                 "the configuration"});
  const auto address = client::BaseUrl::parse(url);
  if (!address) return fail(address.error());
  if (!address->prefix.empty()) return fail(has_path(url, *address));
  const auto server = with_trust(*address, ca);
  if (!server) return fail(server.error());
  manager::Manager manager(*server);
  const auto position = is_beside ? manager::Position::beside : manager::Position::front;
  if (const auto status = go_on_as_server(storage)) return *status;
  const auto findings = manager::check_manager(manager, storage, position);
  if (!findings) return fail(findings.error());
  bool is_good = is_access_good(storage);
  for (const manager::Finding& finding : *findings) {
    std::printf("%s %s\n", label_of(finding), text::printable(finding.text).c_str());
    is_good = is_good && !finding.is_wrong;
  }
  return is_good ? 0 : kCommandFailed;
}

// `5%`, or `0.5%`: as a fraction of one. 0: invalid.
double parse_share(std::string_view text) {
  double percent = 0;
  if (!text.ends_with('%')) return 0;
  text.remove_suffix(1);
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), percent, std::chars_format::fixed);
  const bool is_good = error == std::errc() && end == text.data() + text.size() && percent > 0;
  return is_good && percent <= 100 ? percent / 100 : 0;
}

std::string verify_command(const result<VerifyResults>& results) {
  if (!results) return "verify";
  return "verify (" + text::count_of(results->damaged.size(), "file", "files") + " damaged)";
}

int verify(int argc, char** argv) {
  std::string storage;
  VerifyOptions options;
  CLI::App app(
      "Compare the stored files with their checksums. Damaged files are moved to the storage's "
      ".shaman/quarantine, so that clients upload them again. Checkouts with damaged or missing "
      "files are listed. The exit status is 3 if there are any, and 4 if this user cannot read "
      "some files and everything else is good. An interrupted run is continued. Servers may be "
      "running.",
      "shaman-server verify");
  CommandOptions given(app);
  given.line().add("storage", "--storage");
  app.add_option_function<std::string>(
         "--sample",
         [&options](const std::string& value) {
           options.sample = parse_share(value);
           if (options.sample == 0)
             throw CLI::ValidationError("--sample", "invalid percentage " + text::in_quotes(value) +
                                                        " (examples: 5%, 0.5%)");
         },
         "Read only this share of the files, chosen at random")
      ->type_name("PERCENT%");
  app.add_option_function<std::string>(
         "--rate",
         [&options](const std::string& value) {
           const auto rate = units::parse_rate(value);
           if (!rate) throw CLI::ValidationError("--rate", rate.error().message());
           options.bytes_per_second = *rate;
         },
         "Maximum read rate in bytes per second; 0: no limit [0]")
      ->type_name("RATE");
  app.add_flag("--dry-run", options.dry_run, "Report damaged files without moving them");
  app.add_flag("--restart", options.restart, "Start over instead of continuing an interrupted run");
  if (const auto status = parse_for_storage(app, given, argc, argv, storage)) return *status;
  os::lower_thread_priority();  // a server may be working at the same time
  fs::LocalFileSystem file_system;
  WorkerPool pool(reading_threads());
  const auto results = verify_store(file_system, storage, pool, options);
  if (!options.dry_run) log_command(verify_command(results), storage, results);
  if (!results) return fail(results.error());
  std::printf("%s\n", to_text(*results).c_str());
  if (!is_good(*results)) return kIncomplete;
  return results->unread_places == 0 ? 0 : kOutOfReach;
}

struct Command {
  const char* name;
  int (*run)(int argc, char** argv);
};
constexpr std::array kCommands{
    Command{"gc", collect},
    Command{"erase", erase},
    Command{"verify", verify},
    Command{"pin", run_pin_command},
    Command{"unpin", run_unpin_command},
    Command{"pins", run_pins_command},
    Command{"checkouts", run_checkouts_command},
    Command{"token", run_token_command},
    Command{"check-manager", check},
};

cli::CommandText describe_program() {
  cli::CommandText program = describe(read_start, "shaman-server");
  for (const Command& command : kCommands)
    program.commands.push_back(describe(command.run, command.name));
  return program;
}

// Documents for packagers, which are commands.
std::optional<int> print_document(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  const auto document = cli::document(arguments, 8, version(), describe_program);
  if (!document) return std::nullopt;
  if (!*document) return fail(document->error());
  std::fputs((*document)->c_str(), stdout);
  return 0;
}

}  // namespace

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const Command& command : kCommands)
    names.emplace_back(command.name);
  return names;
}

std::optional<int> run_command(int argc, char** argv) {
  const std::string_view name = argc > 1 ? argv[1] : "";
  for (const Command& command : kCommands)
    if (name == command.name) return command.run(argc - 1, argv + 1);
  if (name == "expired") return run_expired_command(argc - 1, argv + 1);
  return print_document(argc, argv);
}

}  // namespace shaman::program
