// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include <CLI/CLI.hpp>

/// How options take values, and the checks of these. CLI11's own checks use types and units that
/// users do not know.
namespace shaman::tools {

/// A transformation: the number in decimal.
[[nodiscard]] CLI::Validator whole_number(std::int64_t least, std::int64_t most);

/// Bounds of the rates with which files are sent, in bytes per second.
inline constexpr std::uint64_t kLowestRate = 1000;  // `1K` when it meant 1000
inline constexpr std::uint64_t kHighestRate = std::uint64_t{1} << 40;

/// Converts a rate within these bounds (shaman/units.hpp) to bytes per second.
[[nodiscard]] CLI::Validator byte_rate();

/// Rejects empty values, which a script gives for an unset variable, and which would count as no
/// option.
[[nodiscard]] CLI::Validator not_empty();
/// The same for required operands: an empty path would mean the current folder.
[[nodiscard]] CLI::Validator not_empty_operand();

/// The option can be given several times, each with one value: what follows is another argument.
void make_repeatable(CLI::Option& option);

}  // namespace shaman::tools
