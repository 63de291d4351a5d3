// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

namespace shaman::program {

/// `744h`, `90m`, `2s`, `31d`, `1h30m`; a number alone is seconds. Nothing for other texts, or
/// where it is more than a thousand years.
[[nodiscard]] std::optional<std::chrono::seconds> parse_duration(std::string_view text);
/// The same the other way: `744h`, `90m`, `2s`.
[[nodiscard]] std::string duration_text(std::chrono::seconds duration);

/// An option that takes a duration.
void add_duration(CLI::App& app, const std::string& name, std::chrono::seconds& value,
                  const std::string& help);

}  // namespace shaman::program
