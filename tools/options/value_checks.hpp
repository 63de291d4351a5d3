// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include <CLI/CLI.hpp>

/// What options' values must be. CLI11's own checks speak of types and units that users do not
/// know.
namespace shaman::tools {

/// To transform with: the number in decimal.
[[nodiscard]] CLI::Validator whole_number(std::int64_t least, std::int64_t most);

/// Bounds of the rates with which files are sent, in bytes per second.
inline constexpr std::uint64_t kLowestRate = 1000;  // `1K` when that was 1000
inline constexpr std::uint64_t kHighestRate = std::uint64_t{1} << 40;

/// Makes bytes per second of a rate (shaman/units.hpp) within these bounds.
[[nodiscard]] CLI::Validator byte_rate();

/// What a script gives for a variable that is not set would be taken for an option not given.
[[nodiscard]] CLI::Validator not_empty();
/// The same for what follows the options, and cannot be left out: an empty path would be the
/// current folder.
[[nodiscard]] CLI::Validator not_empty_operand();

}  // namespace shaman::tools
