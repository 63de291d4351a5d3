// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <CLI/CLI.hpp>

/// What the parser says, in the words of both programs.
namespace shaman::cli {

/// The parser's error about what was given for this command. What it says of itself or of one of
/// our own checks is left as it is.
[[nodiscard]] std::string in_words(CLI::App& command, const CLI::ParseError& error);

/// What a command takes besides options: `no arguments`, `only CHECKOUT`.
[[nodiscard]] std::string operands_of(CLI::App& command);

}  // namespace shaman::cli
