// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/description.hpp"

#include <utility>

#include "arguments.hpp"

namespace shaman::program {
namespace {

// The last description, passed from the option's callback to describe().
cli::CommandText& described() {
  static thread_local cli::CommandText text;
  return text;
}

}  // namespace

void add_describe_option(CLI::App& app) {
  app.add_flag_callback("--describe-command-line",
                        [&app] {
                          described() = cli::describe(app);
                          throw CLI::Success();
                        })
      ->group("");
}

cli::CommandText describe(const std::function<void(int, char**)>& run, std::string name) {
  Arguments arguments({name, "--describe-command-line"});
  described() = {};
  run(arguments.count(), arguments.values());
  cli::CommandText text = std::move(described());
  text.name = std::move(name);
  return text;
}

}  // namespace shaman::program
