// SPDX-License-Identifier: GPL-3.0-or-later
// shaman config: an artist's configuration, and its sources.
#include <algorithm>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "shaman/client/base_url.hpp"
#include "shaman/text.hpp"

#include "commands.hpp"
#include "config/documents.hpp"
#include "options/configuration.hpp"

namespace shaman::tools {
namespace {

using nlohmann::json;

constexpr const char* kSampleHead =
    "# The configuration of shaman. It is read from ~/.config/shaman/config.yaml (on Windows\n"
    "# %APPDATA%\\shaman\\config.yaml) or from the file that SHAMAN_CLIENT_CONFIG names.\n"
    "#\n"
    "# The options of a command take precedence over the environment, and the environment over\n"
    "# this file. `shaman config show` prints what is in force.\n";

config::Values values_to_show(const config::Option& option) {
  config::Values values = option.get();
  if (option.type == "URL")
    std::ranges::transform(values, values.begin(), client::BaseUrl::without_secrets);
  return values;
}

std::string shown(const config::Option& option) {
  const std::string value = text::printable(text::listed(values_to_show(option)));
  const bool is_unlimited = option.type == "RATE" && value == "0";
  if (is_unlimited) return "none";
  return value.empty() ? "-" : value;
}

void show_text(const Configuration& configuration) {
  print("File: " + text::printable(configuration.file()) +
        (configuration.has_file() ? "" : " (does not exist)") + "\n");
  std::size_t width = 0;
  for (const config::Option& option : configuration.table().options())
    width = std::max(width, option.key.size());
  for (const config::Option& option : configuration.table().options()) {
    print(option.key + ": " + std::string(width - option.key.size(), ' ') + shown(option) + "  (" +
          text::printable(configuration.origin(option.key).text) + ")\n");
  }
}

void show_json(const Configuration& configuration) {
  json settings = json::array();
  for (const config::Option& option : configuration.table().options())
    settings.push_back({{"name", option.key},
                        {"values", values_to_show(option)},
                        {"origin", configuration.origin(option.key).text}});
  json line = {{"schema", 1},
               {"file", configuration.file()},
               {"exists", configuration.has_file()},
               {"settings", std::move(settings)}};
  print_json(line);
}

}  // namespace

Command add_config(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("config", "Shows what is configured, and where it comes from.");
  command->require_subcommand(1);
  const auto as_json = std::make_shared<bool>(false);
  CLI::App* const show = command->add_subcommand(
      "show", "Prints each setting, its value, and the file or variable that sets it.");
  show->add_flag("--json", *as_json, "Print one line of JSON.");
  const CLI::App* const sample =
      command->add_subcommand("sample", "Prints a configuration file that explains every setting.");
  return {command,
          [as_json, sample] {
            if (sample->parsed()) {
              print(config::sample_file(configuration().table(), kSampleHead));
              return ExitStatus::done;
            }
            if (const auto usable = configuration().usable(); !usable) return fail(usable.error());
            if (*as_json)
              show_json(configuration());
            else
              show_text(configuration());
            return ExitStatus::done;
          },
          true};
}

}  // namespace shaman::tools
