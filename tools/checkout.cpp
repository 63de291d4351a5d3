// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "shaman/client/checkouts.hpp"
#include "shaman/text.hpp"

#include "commands.hpp"
#include "server_option.hpp"
#include "waiting.hpp"

namespace shaman::tools {
namespace {

using client::CheckoutFile;
using client::ListedCheckout;
using nlohmann::json;

struct Options {
  ServerOption server;
  std::string path;
  bool json = false;
};

using Action = ExitStatus (*)(const client::Server&, const Options&);

json json_of(const ListedCheckout& checkout) {
  return {{"path", checkout.path}, {"made", checkout.made}};
}

ExitStatus list(const client::Server& server, const Options& options) {
  const auto found = client::list_checkouts(server);
  if (!found) return fail(with_hint(found.error()));
  if (found->unread > 0)
    warn("the server cannot read " + text::count_of(found->unread, "folder", "folders") +
         " of its jobs folder; checkouts in there are not in this list. Its admin can change that");
  if (options.json) {
    json all = json::array();
    for (const ListedCheckout& checkout : found->checkouts)
      all.push_back(json_of(checkout));
    print_json(json{{"schema", 1}, {"checkouts", std::move(all)}, {"unread", found->unread}});
    return ExitStatus::done;
  }
  for (const ListedCheckout& checkout : found->checkouts)
    print(text::printable(checkout.made) + "  " + text::printable(checkout.path) + "\n");
  return ExitStatus::done;
}

ExitStatus show(const client::Server& server, const Options& options) {
  const auto found = client::show_checkout(server, options.path);
  if (!found) return fail(with_hint(found.error()));
  if (options.json) {
    json files = json::array();
    for (const CheckoutFile& file : found->files)
      files.push_back({{"path", file.path}, {"sha", file.sha}, {"bytes", file.bytes}});
    json line = json_of(found->checkout);
    line["schema"] = 1;
    line["bytes"] = found->bytes;
    line["files"] = std::move(files);
    print_json(line);
    return ExitStatus::done;
  }
  print("Checkout:   " + text::printable(found->checkout.path) + "\n" +
        "Made:       " + text::printable(found->checkout.made) + "\n" +
        "Files:      " + text::count_of(found->files.size(), "file", "files") + ", " +
        text::human_bytes(found->bytes) + "\n");
  for (const CheckoutFile& file : found->files)
    print("  " + text::printable(file.path) + "  " + text::human_bytes(file.bytes) + "\n");
  return ExitStatus::done;
}

ExitStatus erase(const client::Server& server, const Options& options) {
  if (const auto erased = client::erase_checkout(server, options.path); !erased)
    return fail(with_hint(erased.error()));
  if (options.json)
    print_json(json{{"schema", 1}, {"erased", options.path}});
  else
    print("The server has erased the checkout " + text::printable(options.path) + ".\n");
  return ExitStatus::done;
}

struct Entry {
  const char* name;
  const char* text;
  bool takes_path;
  Action action;
};

constexpr std::array<Entry, 3> kEntries{{
    {"list", "Your checkouts, and when each was made; for an admin, everybody's.", false, list},
    {"show", "The files of one checkout.", true, show},
    {"erase", "Erases one checkout. Jobs that use it cannot render any more.", true, erase},
}};

// The server's paths end without a slash; a shell that completes the name of a folder adds one.
void trim(std::string& path) {
  while (path.size() > 1 && path.ends_with('/'))
    path.pop_back();
}

ExitStatus run(Action action, Options& options) {
  const result<client::Server> server = server_of(options.server);
  if (!server) return fail(server.error());
  trim(options.path);
  const Waiting waiting(server->url.text());
  return action(*server, options);
}

}  // namespace

Command add_checkout(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("checkout", "Looks at the checkouts that you made, and erases them.");
  command->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  std::vector<std::pair<CLI::App*, Action>> actions;
  for (const Entry& entry : kEntries) {
    CLI::App* const action = command->add_subcommand(entry.name, entry.text);
    add_server_option(*action, options->server);
    action->add_flag("--json", options->json, "Print one line of JSON.");
    if (entry.takes_path)
      action
          ->add_option("path", options->path,
                       "Its path below the server's jobs folder, as `shaman submit` printed it")
          ->required()
          ->type_name("PATH");
    actions.emplace_back(action, entry.action);
  }
  return {command, [options, actions] {
            for (const auto& [chosen, action] : actions)
              if (chosen->parsed()) return run(action, *options);
            return ExitStatus::bad_input;
          }};
}

}  // namespace shaman::tools
