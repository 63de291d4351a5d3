// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

/// Man pages and completions, made from a program's CLI11 definitions.
namespace shaman::cli {

struct OptionText {
  std::vector<std::string> names;  ///< `-q`, `--quiet`; empty: an operand
  std::string value;               ///< `FILE`, `group|full|none`; empty: takes none
  std::string text;
  std::string group;  ///< the heading in --help
  bool is_required = false;
  bool is_repeated = false;
};

/// A program, or one of its commands.
struct CommandText {
  std::string name;  ///< `submit`
  std::string text;
  std::vector<OptionText> options;
  std::vector<OptionText> operands;
  std::vector<CommandText> commands;
};

/// The options of the commands above this one that it accepts as well (fallthrough()), without
/// hidden ones and --help.
[[nodiscard]] std::vector<const CLI::Option*> inherited_options(const CLI::App& app);

/// The entries of its --help, without hidden ones.
[[nodiscard]] CommandText describe(CLI::App& app);

/// The name of an option's kind of value, without its check. Empty: it takes none.
[[nodiscard]] std::string value_of(const CLI::Option& option);

/// The name of a required operand: `CHECKOUT`, `FILE.blend`.
[[nodiscard]] std::string operand_name(const CLI::Option& operand);

/// ASCII letters alone.
[[nodiscard]] std::string upper_case(std::string text);

/// The first sentence, without its full stop.
[[nodiscard]] std::string summary(const std::string& text);

/// The allowed values, if the value's name lists them: `group|full|none`. Else nothing.
[[nodiscard]] std::vector<std::string> choices(const std::string& value);

enum class Names : unsigned char { none, files, folders };
/// The kind of file that a value names, according to the value's name: FILE.blend, DIR.
[[nodiscard]] Names names_of(const std::string& value);
/// The kind of file that the operands of a command name.
[[nodiscard]] Names names_of_operands(const CommandText& command);

}  // namespace shaman::cli
