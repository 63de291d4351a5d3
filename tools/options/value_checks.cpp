// SPDX-License-Identifier: GPL-3.0-or-later
#include "options/value_checks.hpp"

#include <charconv>
#include <string>

#include "shaman/text.hpp"
#include "shaman/units.hpp"

namespace shaman::tools {
CLI::Validator whole_number(std::int64_t least, std::int64_t most) {
  return CLI::Validator(
      [least, most](std::string& value) -> std::string {
        std::int64_t number = 0;
        const char* const end = value.data() + value.size();
        const auto [rest, error] = std::from_chars(value.data(), end, number);
        if (error == std::errc() && rest == end && number >= least && number <= most) {
          value = std::to_string(number);  // CLI11 takes 010 for 8
          return {};
        }
        return "must be a whole number from " + std::to_string(least) + " to " +
               std::to_string(most) + ", not " + text::in_quotes(value);
      },
      "");
}

CLI::Validator byte_rate() {
  return CLI::Validator(
      [](std::string& value) -> std::string {
        const auto rate = units::parse_rate(value);
        if (!rate) return rate.error().message();
        if (*rate != 0 && (*rate < kLowestRate || *rate > kHighestRate))
          return "must be from 1K to 1T (bytes per second) or 0 for none, not " +
                 text::in_quotes(value);
        value = std::to_string(*rate);
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

CLI::Validator not_empty_operand() {
  return CLI::Validator(
      [](const std::string& value) -> std::string {
        return value.empty()
                   ? "must not be empty; if a variable supplies the value, check that it is set"
                   : "";
      },
      "");
}

void make_repeatable(CLI::Option& option) {
  option.expected(1)->take_all()->allow_extra_args(false);
}

}  // namespace shaman::tools
