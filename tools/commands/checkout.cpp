// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "shaman/client/checkouts.hpp"
#include "shaman/manager/manager.hpp"
#include "shaman/text.hpp"
#include "shaman/units.hpp"

#include "commands/actions.hpp"
#include "commands/pull.hpp"
#include "flamenco/manager/words.hpp"
#include "protocol/checkout_path.hpp"
#include "report/local_time.hpp"

namespace shaman::tools {
namespace {

using client::CheckoutFile;
using client::ListedCheckout;
using nlohmann::json;

std::string path_of(const ActionOptions& options) {
  return std::string(protocol::without_last_slashes(options.operand));
}

json json_of(const ListedCheckout& checkout) {
  return {{"path", checkout.path}, {"made", checkout.made}};
}

ExitStatus list_checkouts(const client::Server& server, const ActionOptions& options) {
  const auto found = client::list_checkouts(server);
  if (!found) return fail(with_hint(found.error()));
  if (found->unread > 0)
    warn("the server cannot read " + text::count_of(found->unread, "folder", "folders") +
         " in its jobs folder, so this list may be incomplete: tell the farm's admin");
  if (options.json) {
    json all = json::array();
    for (const ListedCheckout& checkout : found->checkouts)
      all.push_back(json_of(checkout));
    print_json(json{{"schema", 1}, {"checkouts", std::move(all)}, {"unread", found->unread}});
    return ExitStatus::done;
  }
  if (found->checkouts.empty()) say("you have no checkouts on " + server.url.text());
  for (const ListedCheckout& checkout : found->checkouts)
    print(local_time(checkout.made) + "  " + text::printable(checkout.path) + "\n");
  return ExitStatus::done;
}

ExitStatus show_checkout(const client::Server& server, const ActionOptions& options) {
  const auto found = client::show_checkout(server, path_of(options));
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
        "Last used:  " + local_time(found->checkout.made) + "\n" +
        "Files:      " + text::count_of(found->files.size(), "file", "files") + ", " +
        units::size_text(found->bytes) + "\n");
  for (const CheckoutFile& file : found->files)
    print("  " + text::printable(file.path) + "  " + units::size_text(file.bytes) + "\n");
  return ExitStatus::done;
}

// The path below the jobs folder; empty if the job names none.
std::string checkout_of(const manager::Job& job) {
  static constexpr std::string_view kBelowJobs = "{jobs}/";
  const auto text_of = [&job](const char* object, const char* member) {
    const auto found = job.whole.find(object);
    if (found == job.whole.end() || !found->is_object()) return std::string();
    const auto text = found->find(member);
    return text != found->end() && text->is_string() ? text->get<std::string>() : std::string();
  };
  const std::string named = text_of("metadata", manager::kCheckoutMember);
  return named.starts_with(kBelowJobs) ? named.substr(kBelowJobs.size())
                                       : text_of("storage", manager::kCheckoutIdMember);
}

// Those that have not ended. None if no Manager answers.
std::vector<std::string> jobs_in(const client::Server& server, const std::string& path) {
  std::vector<std::string> names;
  manager::Manager manager(server);
  const auto jobs = manager.jobs();
  if (!jobs) return names;
  for (const manager::Job& job : *jobs)
    if (!job.is_final() && checkout_of(job) == path)
      names.push_back(text::in_quotes(job.name) + " (" + text::printable(job.status) + ")");
  return names;
}

ExitStatus erase(const client::Server& server, const ActionOptions& options) {
  const std::string path = path_of(options);
  const std::vector<std::string> jobs = jobs_in(server, path);
  if (const auto erased = client::erase_checkout(server, path); !erased)
    return fail(with_hint(erased.error()));
  remember_deed("the checkout " + text::in_quotes(path) + " was erased");
  if (!jobs.empty())
    warn(text::listed(jobs) + (jobs.size() == 1 ? " uses" : " use") +
         " this checkout and can no longer render: `shaman job cancel` ends a job");
  if (options.json)
    print_json(json{{"schema", 1}, {"erased", path}, {"jobs", jobs}});
  else
    print("Erased the checkout " + text::printable(path) +
          ". If others added files to it, such as rendered frames, the server keeps these in "
          "jobs/.kept: ask the farm's admin for them.\n");
  return ExitStatus::done;
}

constexpr std::array<Action, 3> kCheckoutActions{{
    {"list",
     "Lists your checkouts with the times they were last used; for an admin, all checkouts.", false,
     list_checkouts, nullptr},
    {"show", "Shows the files of one checkout.", true, show_checkout, nullptr},
    {"erase", "Erases one checkout. Jobs that use it can no longer render.", true, erase,
     "the server may have erased the checkout: see `shaman checkout list`"},
}};

}  // namespace

Command add_checkout(CLI::App& app) {
  CLI::App& command = *app.add_subcommand("checkout", "Lists, shows, pulls and erases checkouts.");
  const Command actions = add_actions(
      command, kCheckoutActions,
      {"PATH", "Its path below the server's jobs folder, as printed by `shaman submit`.", "PATH"});
  const Command pull = add_pull(command);
  return {&command,
          [actions, pull] { return pull.options->parsed() ? pull.run() : actions.run(); }};
}

}  // namespace shaman::tools
