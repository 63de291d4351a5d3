// SPDX-License-Identifier: GPL-3.0-or-later
#include "duration.hpp"

#include <charconv>
#include <utility>

namespace shaman::program {
namespace {

constexpr std::int64_t kMost = 1000LL * 365 * 24 * 3600;

// Seconds in a unit; 0: there is no such unit.
std::int64_t seconds_in(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 24 * 3600;
    default:
      return 0;
  }
}

}  // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  std::int64_t total = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 0 || number > kMost) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const std::int64_t unit = text.empty() ? 1 : seconds_in(text.front());
    if (unit == 0) return std::nullopt;
    if (!text.empty()) text.remove_prefix(1);
    total += number * unit;
    if (total > kMost) return std::nullopt;
  }
  return std::chrono::seconds(total);
}

std::string duration_text(std::chrono::seconds duration) {
  const std::int64_t seconds = duration.count();
  for (const auto& [unit, length] : {std::pair('h', 3600), std::pair('m', 60)}) {
    if (seconds > 0 && seconds % length == 0) return std::to_string(seconds / length) + unit;
  }
  return std::to_string(seconds) + "s";
}

void add_duration(CLI::App& app, const std::string& name, std::chrono::seconds& value,
                  const std::string& help) {
  app.add_option_function<std::string>(
         name,
         [&value, name](const std::string& text) {
           const auto duration = parse_duration(text);
           if (!duration)
             throw CLI::ValidationError(name, "'" + text + "' is no duration such as 2s or 744h");
           value = *duration;
         },
         help)
      ->type_name("DURATION")
      ->default_str(duration_text(value));
}

}  // namespace shaman::program
