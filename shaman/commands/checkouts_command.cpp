// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "shaman/fs/local.hpp"
#include "shaman/jobs/held_checkouts.hpp"
#include "shaman/storage_access.hpp"
#include "shaman/text.hpp"

#include "arguments.hpp"
#include "base/utc.hpp"
#include "commands/command_list.hpp"
#include "commands/command_tools.hpp"
#include "options/command_options.hpp"

namespace shaman::program {
namespace {

const char* reason_of(jobs::Ended why) {
  switch (why) {
    case jobs::Ended::job_gone:
      return "its job is gone";
    case jobs::Ended::never_had_job:
      return "it never had a job";
    case jobs::Ended::too_old:
      return "it is older than checkout.max-age";
    case jobs::Ended::unknown:
      break;
  }
  return "no job uses it";
}

std::string time_text(std::int64_t seconds) {
  return utc_text(std::chrono::system_clock::time_point(std::chrono::seconds(seconds)));
}

void print(const jobs::HeldCheckout& held) {
  std::printf("%s\n    %s", text::printable(held.id.path).c_str(), reason_of(held.why));
  if (held.made != 0) std::printf("; last given to a client %s", time_text(held.made).c_str());
  if (held.since != 0) std::printf("; waiting since %s", time_text(held.since).c_str());
  std::printf("\n");
}

int list_pending(const std::string& storage, bool confirms) {
  fs::LocalFileSystem file_system;
  if (const auto is = check_is_storage(file_system, storage); !is) return fail(is.error());
  const auto held = jobs::held_checkouts(file_system, storage);
  if (!held) return fail(held.error());
  for (const jobs::HeldCheckout& checkout : *held)
    print(checkout);
  if (held->empty()) std::fprintf(stderr, "No checkouts are waiting for confirmation.\n");
  if (!confirms || held->empty()) return 0;
  const auto confirmed = jobs::confirm_erasing(file_system, storage, *held, first_caller());
  log_command(
      "checkouts pending --confirm (" + text::count_of(held->size(), "checkout", "checkouts") + ")",
      storage, confirmed);
  if (!confirmed) return fail(confirmed.error());
  std::fprintf(stderr,
               "A running server erases these checkouts at its next check "
               "(checkout.check-interval), unless they are used by then.\n");
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
      "List the expired checkouts that await confirmation because too many of them expired at "
      "once (checkout.bulk-erase-limit), with the reason and the times");
  pending->add_flag("--confirm", confirms, "Confirm erasing them at the server's next check");
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
