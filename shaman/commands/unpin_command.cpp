// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>

#include "shaman/pins.hpp"
#include "shaman/text.hpp"

#include "commands/command_list.hpp"
#include "commands/command_tools.hpp"
#include "options/command_options.hpp"

namespace shaman::program {

int run_unpin_command(int argc, char** argv) {
  std::string name;
  CLI::App app("Remove a pin. Its files remain until garbage collection finds them unused.",
               "shaman-server unpin");
  CommandOptions given(app);
  given.line().add("storage", "--storage");
  app.add_option("name", name, "Name of the pin, as listed by `shaman-server pins`")
      ->required()
      ->type_name("NAME");
  std::string storage;
  if (const auto status = parse_for_storage(app, given, argc, argv, storage)) return *status;
  return with_pins(storage, [&](Pins& pins) {
    const auto removed = pins.remove(name);
    log_command("unpin " + text::in_quotes(name), storage, removed);
    if (!removed) return fail(removed.error());
    std::printf("unpinned %s; garbage collection removes its files when nothing else uses them\n",
                text::printable(name).c_str());
    return 0;
  });
}

}  // namespace shaman::program
