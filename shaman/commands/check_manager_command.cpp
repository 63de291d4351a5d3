// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>

#include "shaman/fs/local.hpp"
#include "shaman/manager/check.hpp"
#include "shaman/os.hpp"
#include "shaman/storage_access.hpp"
#include "shaman/text.hpp"
#include "shaman/tls.hpp"

#include "commands/command_list.hpp"
#include "commands/command_tools.hpp"
#include "options/command_options.hpp"
#include "start.hpp"

namespace shaman::program {
namespace {

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
  return {errc::invalid_argument, text::in_quotes(given) +
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
    return Error{errc::invalid_argument, std::string(name) + ": " + trust.error().message()};
  server.trust = *std::move(trust);
  return server;
}

}  // namespace

int run_check_manager_command(int argc, char** argv) {
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
    return fail({errc::invalid_argument,
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

}  // namespace shaman::program
