// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>

#include "shaman/checkout.hpp"
#include "shaman/store.hpp"
#include "shaman/text.hpp"

#include "commands/command_list.hpp"
#include "commands/command_tools.hpp"
#include "options/command_options.hpp"
#include "protocol/checkout_path.hpp"

namespace shaman::program {

int run_erase_command(int argc, char** argv) {
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

}  // namespace shaman::program
