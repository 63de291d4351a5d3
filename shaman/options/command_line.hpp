// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "config/table.hpp"

namespace shaman::program {

/// Adds the options of a table to a CLI11 program. All references must outlive it.
class CommandLine {
 public:
  CommandLine(CLI::App& app, const config::Table& table) : app_(app), table_(table) {}

  void add_all();
  /// Adds one option by its key, under another name: `--max-age` for gc.max-age.
  void add(const std::string& key, const std::string& flag);

  /// After parsing: the given options.
  [[nodiscard]] std::vector<config::Assignment> given() const;

 private:
  struct Entry {
    const config::Option* option;
    CLI::Option* parsed;
    config::Values values;
    std::string key;   ///< the option's own, or its former one
    std::string flag;  ///< CLI11 does not report the name of a hidden option
  };
  void add(const config::Option& option, const std::string& flag, const std::string& group);
  void add_former(const config::Option& option);

  CLI::App& app_;
  const config::Table& table_;
  std::deque<Entry> entries_;
};

}  // namespace shaman::program
