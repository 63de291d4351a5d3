// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <CLI/CLI.hpp>

/// The parser's errors in the words of both programs.
namespace shaman::cli {

/// The parser's error about the arguments of this command. Errors of the program's own checks do
/// not change.
[[nodiscard]] std::string in_words(CLI::App& command, const CLI::ParseError& error);

/// The arguments of a command other than options: `no arguments`, `only CHECKOUT`.
[[nodiscard]] std::string operands_of(CLI::App& command);

}  // namespace shaman::cli
