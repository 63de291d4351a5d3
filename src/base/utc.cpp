// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/utc.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace shaman {
namespace {

bool take_number(std::string_view& text, std::size_t digits, int& number) {
  if (text.size() < digits) return false;
  const char* const end = text.data() + digits;
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || at != end || text.front() == '-') return false;
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == any_of.npos) return false;
  text.remove_prefix(1);
  return true;
}

// `Z`, `+02:00`: seconds east of Greenwich.
std::optional<std::chrono::seconds> take_zone(std::string_view& text) {
  if (take(text, "Zz")) return std::chrono::seconds(0);
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  const int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  int hours = 0;
  int minutes = 0;
  if (!take_number(text, 2, hours) || !take(text, ":") || !take_number(text, 2, minutes))
    return std::nullopt;
  if (hours > 23 || minutes > 59) return std::nullopt;
  return std::chrono::minutes(sign * (60 * hours + minutes));
}

}  // namespace

std::string utc_text(std::chrono::system_clock::time_point time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<seconds>(time - day));
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

std::optional<std::chrono::system_clock::time_point> parse_rfc3339(std::string_view text) {
  std::tm parts{};
  if (!take_number(text, 4, parts.tm_year) || !take(text, "-") ||
      !take_number(text, 2, parts.tm_mon) || !take(text, "-") ||
      !take_number(text, 2, parts.tm_mday) || !take(text, "Tt") ||
      !take_number(text, 2, parts.tm_hour) || !take(text, ":") ||
      !take_number(text, 2, parts.tm_min) || !take(text, ":") ||
      !take_number(text, 2, parts.tm_sec))
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(parts.tm_year),
                                         std::chrono::month(static_cast<unsigned>(parts.tm_mon)),
                                         std::chrono::day(static_cast<unsigned>(parts.tm_mday))};
  if (!date.ok() || parts.tm_hour > 23 || parts.tm_min > 59 || parts.tm_sec > 60)
    return std::nullopt;
  std::chrono::nanoseconds fraction{0};
  if (take(text, ".")) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0) return std::nullopt;
    std::chrono::nanoseconds place = std::chrono::milliseconds(100);
    for (std::size_t i = 0; i < digits; ++i, place /= 10)
      fraction += (text[i] - '0') * place;
    text.remove_prefix(digits);
  }
  const auto zone = take_zone(text);
  if (!zone || !text.empty()) return std::nullopt;
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  return from_utc(parts) +
         std::chrono::duration_cast<std::chrono::system_clock::duration>(fraction) - *zone;
}

}  // namespace shaman
