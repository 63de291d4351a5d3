// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "shaman/fs/local.hpp"
#include "shaman/pins.hpp"
#include "shaman/text.hpp"
#include "shaman/worker_pool.hpp"

#include "base/utc.hpp"
#include "commands/command_list.hpp"
#include "commands/command_tools.hpp"
#include "commands/pin_text.hpp"
#include "options/command_options.hpp"

namespace shaman::program {
namespace {

// For each pin.
constexpr std::size_t kMostShown = 20;

void print(const Pin& pin) {
  const std::string of = pin.made ? pin.checkout : "(links placed by hand)";
  std::printf("%s\n    of %s, %s%s%s\n", text::printable(pin.name).c_str(),
              text::printable(of).c_str(), size_text(pin).c_str(), pin.made ? ", made " : "",
              pin.made ? utc_text(*pin.made).c_str() : "");
  if (pin.missing == 0) return;
  std::printf("    MISSING: %s not in the store; submit the job again:\n",
              text::count_of(pin.missing, "file is", "files are").c_str());
  const std::size_t shown = std::min(pin.missing_files.size(), kMostShown);
  for (std::size_t i = 0; i < shown; ++i)
    std::printf("        %s\n", text::printable(pin.missing_files[i]).c_str());
  if (pin.missing > shown)
    std::printf("        and %s; --json names more\n",
                text::count_of(pin.missing - shown, "other", "others").c_str());
}

// Names from outside that are not UTF-8 would make writing JSON fail.
std::string json_text(const std::string& text) {
  return text::is_utf8(text) ? text : text::printable(text);
}

void print_json(const PinList& list) {
  nlohmann::json pins = nlohmann::json::array();
  for (const Pin& pin : list.pins) {
    nlohmann::json missing = nlohmann::json::array();
    for (const std::string& path : pin.missing_files)
      missing.push_back(json_text(path));
    pins.push_back({{"name", json_text(pin.name)},
                    {"checkout", json_text(pin.checkout)},
                    {"files", pin.files},
                    {"bytes", pin.bytes},
                    {"missing", pin.missing},
                    {"missingFiles", std::move(missing)},
                    {"made", pin.made ? nlohmann::json(utc_text(*pin.made)) : nlohmann::json()}});
  }
  std::printf("%s\n",
              nlohmann::json({{"pins", pins}, {"looseLinks", list.loose_links}}).dump().c_str());
}

void print_text(const PinList& list) {
  for (const Pin& pin : list.pins)
    print(pin);
  if (list.pins.empty()) std::fprintf(stderr, "Nothing is pinned.\n");
  if (list.loose_links > 0)
    std::fprintf(stderr,
                 "shaman-server: %s directly in .shaman/pins, copied there by hand. They keep "
                 "their files; pin the checkout with `shaman-server pin`, then remove them.\n",
                 text::count_of(list.loose_links, "link is", "links are").c_str());
}

}  // namespace

int run_pins_command(int argc, char** argv) {
  bool as_json = false;
  CLI::App app(
      "List the pins with their checkout, files, size and date. The exit status is 3 if a pinned "
      "file is missing from the store.",
      "shaman-server pins");
  CommandOptions given(app);
  given.line().add("storage", "--storage");
  app.add_flag("--json", as_json, "Print the pins as one line of JSON");
  std::string storage;
  if (const auto status = parse_for_storage(app, given, argc, argv, storage)) return *status;
  fs::LocalFileSystem file_system;
  WorkerPool pool(reading_threads());
  const auto list = Pins::read(file_system, storage, pool);
  if (!list) return fail(list.error());
  if (as_json)
    print_json(*list);
  else
    print_text(*list);
  const bool is_whole =
      std::ranges::all_of(list->pins, [](const Pin& pin) { return pin.missing == 0; });
  return is_whole ? 0 : kIncomplete;
}

}  // namespace shaman::program
