// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/checkouts_command.hpp"

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "shaman/fs/local.hpp"
#include "shaman/jobs/checkout_ends.hpp"
#include "shaman/storage_access.hpp"
#include "shaman/text.hpp"

#include "arguments.hpp"
#include "commands/command_tools.hpp"
#include "options/command_options.hpp"

namespace shaman::program {
namespace {

int list_pending(const std::string& storage, bool confirms) {
  fs::LocalFileSystem file_system;
  if (const auto is = check_is_storage(file_system, storage); !is) return fail(is.error());
  const auto held = jobs::held_checkouts(file_system, storage);
  if (!held) return fail(held.error());
  for (const jobs::CheckoutId& checkout : *held)
    std::printf("%s\n", text::printable(checkout.path).c_str());
  if (held->empty()) std::fprintf(stderr, "No checkouts are waiting for confirmation.\n");
  if (!confirms || held->empty()) return 0;
  const auto confirmed = jobs::confirm_erasing(file_system, storage, *held);
  log_command(
      "checkouts pending --confirm (" + text::count_of(held->size(), "checkout", "checkouts") + ")",
      storage, confirmed);
  if (!confirmed) return fail(confirmed.error());
  std::fprintf(stderr,
               "The server erases these checkouts at its next check of the jobs, unless they have "
               "a job by then.\n");
  return 0;
}

}  // namespace

int run_checkouts_command(int argc, char** argv) {
  bool confirms = false;
  std::string storage;
  CLI::App app("List checkouts by what is to become of them.", "shaman-server checkouts");
  app.require_subcommand(1);
  CommandOptions given(app);
  given.line().add("storage", "--storage");
  CLI::App* const pending = app.add_subcommand(
      "pending",
      "List the expired checkouts that await confirmation because more of them expired at once "
      "than checkout.bulk-erase-limit allows");
  pending->add_flag("--confirm", confirms,
                    "Confirm erasing them at the server's next check of the jobs");
  pending->fallthrough();
  if (const auto status = parse_for_storage(app, given, argc, argv, storage)) return *status;
  return list_pending(storage, confirms);
}

int run_expired_command(int argc, char** argv) {
  note_new_name("shaman-server expired", "shaman-server checkouts pending");
  std::vector<std::string> all{"checkouts", "pending"};
  all.insert(all.end(), argv + 1, argv + argc);
  Arguments arguments(std::move(all));
  return run_checkouts_command(arguments.count(), arguments.values());
}

}  // namespace shaman::program
