// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/values.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "shaman/text.hpp"

namespace shaman::config {
namespace {

using Milliseconds = std::int64_t;

constexpr Milliseconds kSecond = 1000;
constexpr Milliseconds kLongest = 1000LL * 365 * 24 * 3600 * kSecond;

// Longest names first where one begins like another.
constexpr std::array<std::pair<std::string_view, Milliseconds>, 5> kTimeUnits{
    {{"ms", 1},
     {"d", 24 * 3600 * kSecond},
     {"h", 3600 * kSecond},
     {"m", 60 * kSecond},
     {"s", kSecond}}};
constexpr std::string_view kByteUnits = "kmgtp";

// Takes a number such as `1.5` from the front.
std::optional<double> take_number(std::string_view& text) {
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(number) || text.front() == '-') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::optional<Milliseconds> take_time_unit(std::string_view& text) {
  if (text.empty()) return kSecond;
  for (const auto& [name, length] : kTimeUnits) {
    if (!text.starts_with(name)) continue;
    text.remove_prefix(name.size());
    return length;
  }
  return std::nullopt;
}

// By how many bits a unit shifts.
std::optional<unsigned> shift_of_unit(std::string_view unit) {
  unsigned shift = 0;
  if (!unit.empty()) {
    if (const std::size_t place = kByteUnits.find(text::lower_case(unit.front()));
        place != std::string_view::npos) {
      shift = 10 * (static_cast<unsigned>(place) + 1);
      unit.remove_prefix(1);
      if (unit == "iB" || unit == "ib") unit = {};
    }
  }
  if (unit == "B" || unit == "b") unit = {};
  return unit.empty() ? std::optional(shift) : std::nullopt;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  double total = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const auto number = take_number(text);
    const auto unit = take_time_unit(text);
    if (!number || !unit) return std::nullopt;
    total += *number * static_cast<double>(*unit);
    if (total > static_cast<double>(kLongest)) return std::nullopt;
  }
  return std::chrono::milliseconds(std::llround(total));
}

std::string duration_text(std::chrono::milliseconds duration) {
  const Milliseconds length = duration.count();
  for (const auto& [unit, size] :
       {std::pair("h", 3600 * kSecond), std::pair("m", 60 * kSecond), std::pair("s", kSecond)}) {
    if (length > 0 && length % size == 0) return std::to_string(length / size) + unit;
  }
  return length == 0 ? "0s" : std::to_string(length) + "ms";
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return count;
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  if (const auto whole = parse_count(text)) return whole;
  if (text.empty()) return std::nullopt;
  const auto number = take_number(text);
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  const auto shift = shift_of_unit(text);
  if (!number || !shift) return std::nullopt;
  const double bytes = std::ldexp(*number, static_cast<int>(*shift));
  if (bytes != std::floor(bytes) || bytes >= std::ldexp(1.0, 64)) return std::nullopt;
  return static_cast<std::uint64_t>(bytes);
}

std::string bytes_text(std::uint64_t bytes) {
  std::size_t unit = 0;
  while (bytes > 0 && bytes % 1024 == 0 && unit < kByteUnits.size()) {
    bytes /= 1024;
    ++unit;
  }
  if (unit == 0) return std::to_string(bytes);
  const char letter = static_cast<char>(kByteUnits[unit - 1] - 'a' + 'A');
  return std::to_string(bytes) + letter + "iB";
}

}  // namespace shaman::config
