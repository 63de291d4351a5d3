// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>

#include "shaman/pins.hpp"
#include "shaman/text.hpp"

#include "commands/command_list.hpp"
#include "commands/command_tools.hpp"
#include "commands/pin_text.hpp"
#include "options/command_options.hpp"
#include "protocol/checkout_path.hpp"

namespace shaman::program {

int run_pin_command(int argc, char** argv) {
  std::string checkout;
  std::string name;
  CLI::App app(
      "Keep all files of a checkout until `shaman-server unpin`, even after the checkout is "
      "erased. The exit status is 3 if a file of the checkout is missing from the store. Servers "
      "and garbage collections may be running.",
      "shaman-server pin");
  CommandOptions given(app);
  given.line().add("storage", "--storage");
  app.add_option("checkout", checkout,
                 "Path of the checkout, relative to the storage's jobs folder")
      ->required()
      ->type_name("CHECKOUT");
  app.add_option("--name", name, "Name of the pin; default: the checkout's name")
      ->type_name("NAME");
  std::string storage;
  if (const auto status = parse_for_storage(app, given, argc, argv, storage)) return *status;
  checkout = protocol::without_last_slashes(checkout);
  return with_pins(storage, [&](Pins& pins) {
    const auto added = pins.add(checkout, name);
    log_command("pin " + text::in_quotes(checkout), storage, added);
    if (!added) {
      const int status = fail(added.error());
      return added.error().code == errc::blobs_missing ? kIncomplete : status;
    }
    std::printf("pinned %s as %s: %s\n", text::printable(checkout).c_str(),
                text::printable(added->pin.name).c_str(), size_text(added->pin).c_str());
    if (added->left_out > 0)
      std::fprintf(
          stderr,
          "shaman-server: %s not from the store (e.g. renders), and the pin does not keep them\n",
          text::count_of(added->left_out, "entry is", "entries are").c_str());
    return 0;
  });
}

}  // namespace shaman::program
