// SPDX-License-Identifier: GPL-3.0-or-later
#include "options/value_checks.hpp"

#include <cctype>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "shaman/text.hpp"

namespace shaman::tools {
namespace {

constexpr double kLowestRate = 1e3;
constexpr double kHighestRate = 1e12;

// `K`, `kB`, `KiB`; 1 where there is none.
std::optional<double> factor_of(std::string_view unit) {
  constexpr std::string_view kUnits = "KMGT";
  if (unit.empty() || text::is_same_but_for_case(unit, "B")) return 1;
  const std::size_t power =
      kUnits.find(static_cast<char>(std::toupper(static_cast<unsigned char>(unit.front()))));
  if (power == std::string_view::npos) return std::nullopt;
  unit.remove_prefix(1);
  const bool is_binary = text::is_same_but_for_case(unit, "iB");
  if (!is_binary && !unit.empty() && !text::is_same_but_for_case(unit, "B")) return std::nullopt;
  double factor = 1;
  for (std::size_t i = 0; i <= power; ++i)
    factor *= is_binary ? 1024 : 1000;
  return factor;
}

std::optional<double> bytes_of(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc()) return std::nullopt;
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  const std::optional<double> factor = factor_of(text::trimmed(unit));
  return factor ? std::optional(number * *factor) : std::nullopt;
}

}  // namespace

CLI::Validator whole_number(std::int64_t least, std::int64_t most) {
  return CLI::Validator(
      [least, most](const std::string& value) -> std::string {
        std::int64_t number = 0;
        const char* const end = value.data() + value.size();
        const auto [rest, error] = std::from_chars(value.data(), end, number);
        if (error == std::errc() && rest == end && number >= least && number <= most) return {};
        return "must be a whole number from " + std::to_string(least) + " to " +
               std::to_string(most) + ", not " + text::in_quotes(value);
      },
      "");
}

CLI::Validator byte_rate() {
  return CLI::Validator(
      [](std::string& value) -> std::string {
        const std::optional<double> bytes = bytes_of(value);
        if (!bytes || !(*bytes >= kLowestRate && *bytes <= kHighestRate))
          return "must be bytes per second from 1K to 1T, such as 10M or 500K, not " +
                 text::in_quotes(value);
        value = std::to_string(static_cast<std::uint64_t>(*bytes));
        return {};
      },
      "");
}

CLI::Validator not_empty() {
  return CLI::Validator(
      [](const std::string& value) -> std::string {
        return text::trimmed(value).empty() ? "must not be empty; leave out the option instead"
                                            : "";
      },
      "");
}

}  // namespace shaman::tools
