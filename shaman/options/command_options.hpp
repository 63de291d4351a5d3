// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/help_text.hpp"
#include "commands/description.hpp"
#include "options/command_line.hpp"
#include "options/settings.hpp"

namespace shaman::program {

/// The server's options that a command accepts, from the same sources.
class CommandOptions {
 public:
  explicit CommandOptions(CLI::App& app)
      : command_(app.get_name()), table_(table_of(defaults_)), line_(app, table_) {
    app.formatter(std::make_shared<cli::HelpFormatter>());
    app.set_help_flag("-h,--help", "Print this help");
    app.add_option("--config", sources_.file,
                   "Read options from the server's configuration file [SHAMAN_CONFIG]")
        ->type_name("FILE");
    add_describe_option(app);
  }
  CommandLine& line() { return line_; }

  /// After parsing. Null: the errors were printed.
  std::shared_ptr<Options> load() {
    sources_.find_file();
    sources_.command_line = line_.given();
    Loaded loaded = program::load(sources_);
    loaded.place();
    warn(loaded.warnings);
    if (loaded.problems.empty()) return std::move(loaded.options);
    complain(loaded.problems, command_);
    return nullptr;
  }
  /// For commands that accept any storage.
  void needs_no_storage() { sources_.needs_storage = false; }

 private:
  const std::string command_;
  Options defaults_;
  config::Table table_;
  CommandLine line_;
  Sources sources_;
};

}  // namespace shaman::program
