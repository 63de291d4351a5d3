// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/units.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>
#include <utility>

#include "shaman/text.hpp"

namespace shaman::units {
namespace {

using Milliseconds = std::int64_t;

constexpr Milliseconds kSecond = 1000;
constexpr Milliseconds kMinute = 60 * kSecond;
constexpr Milliseconds kHour = 60 * kMinute;
constexpr Milliseconds kDay = 24 * kHour;
constexpr Milliseconds kLongest = 1000LL * 365 * kDay;

// Longest names first if one begins like another.
constexpr std::array<std::pair<std::string_view, Milliseconds>, 5> kTimeUnits{
    {{"ms", 1}, {"d", kDay}, {"h", kHour}, {"m", kMinute}, {"s", kSecond}}};
constexpr std::string_view kByteUnits = "KMGTPE";
constexpr double kStep = 1024;

Error invalid(const char* kind, std::string_view given, const char* examples) {
  return {errc::invalid_argument, std::string("invalid ") + kind + " " + text::in_quotes(given) +
                                      " (examples: " + examples + ")"};
}

// Removes a number such as `1.5` from the front: digits and one point, no other form that C++
// accepts.
std::optional<double> take_number(std::string_view& text) {
  const std::string_view digits = text.substr(0, text.find_first_not_of("0123456789."));
  double number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number,
                                            std::chars_format::fixed);
  if (error != std::errc()) return std::nullopt;
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

// The power of 1024 of a unit.
std::optional<int> power_of(std::string_view unit) {
  int power = 0;
  if (!unit.empty()) {
    const std::string letter = text::in_lower_case(unit.substr(0, 1));
    const std::size_t place = text::in_lower_case(kByteUnits).find(letter);
    if (place != std::string::npos) {
      power = static_cast<int>(place) + 1;
      unit.remove_prefix(1);
      if (text::is_same_but_for_case(unit, "iB")) unit = {};
    }
  }
  const bool is_good = unit.empty() || text::is_same_but_for_case(unit, "B");
  return is_good ? std::optional(power) : std::nullopt;
}

std::optional<std::uint64_t> bytes_of(std::string_view text) {
  text = text::trimmed(text);
  // Doubles cannot distinguish the largest numbers.
  if (const auto whole = parse_count(text)) return *whole;
  if (text.empty()) return std::nullopt;
  const auto number = take_number(text);
  const auto power = power_of(text::trimmed(text));
  if (!number || !power) return std::nullopt;
  const double bytes = std::ldexp(*number, 10 * *power);
  const bool is_part_of_a_byte = *power == 0 ? bytes != std::floor(bytes) : bytes < 1;
  if ((is_part_of_a_byte && *number != 0) || bytes >= std::ldexp(1.0, 64)) return std::nullopt;
  return static_cast<std::uint64_t>(bytes);
}

}  // namespace

result<std::uint64_t> parse_size(std::string_view text) {
  if (const auto bytes = bytes_of(text)) return *bytes;
  return invalid("size", text, "500M, 1.5G, 2TiB");
}

result<std::uint64_t> parse_rate(std::string_view text) {
  std::string_view size = text::trimmed(text);
  if (size.ends_with("/s")) size.remove_suffix(2);
  if (const auto bytes = bytes_of(size)) return *bytes;
  return invalid("rate", text, "500K, 10M, 1.5MiB/s");
}

result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const Error error = invalid("duration", text, "2s, 90m, 36h, 7d, 1h30m");
  double total = 0;
  if (text.empty()) return error;
  while (!text.empty()) {
    const auto number = take_number(text);
    const auto unit = take_time_unit(text);
    if (!number || !unit) return error;
    total += *number * static_cast<double>(*unit);
    if (total > static_cast<double>(kLongest)) return error;
  }
  return std::chrono::milliseconds(std::llround(total));
}

result<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size())
    return invalid("number", text, "0, 12, 1000");
  return count;
}

std::string size_option(std::uint64_t bytes) {
  std::size_t unit = 0;
  while (bytes > 0 && bytes % 1024 == 0 && unit < kByteUnits.size()) {
    bytes /= 1024;
    ++unit;
  }
  if (unit == 0) return std::to_string(bytes);
  return std::to_string(bytes) + kByteUnits[unit - 1] + "iB";
}

std::string rate_option(std::uint64_t bytes_per_second) {
  return bytes_per_second == 0 ? "0" : size_option(bytes_per_second) + "/s";
}

std::string duration_option(std::chrono::milliseconds duration) {
  const Milliseconds length = duration.count();
  for (const auto& [unit, size] :
       {std::pair("h", kHour), std::pair("m", kMinute), std::pair("s", kSecond)}) {
    if (length > 0 && length % size == 0) return std::to_string(length / size) + unit;
  }
  return length == 0 ? "0s" : std::to_string(length) + "ms";
}

std::string count_option(std::uint64_t count) {
  return std::to_string(count);
}

std::string size_text(std::uint64_t bytes) {
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  // A value that rounds to 1024 is 1 of the next unit.
  while (value >= (unit == 0 ? kStep : kStep - 0.05) && unit < kByteUnits.size()) {
    value /= kStep;
    ++unit;
  }
  if (unit == 0) return text::count_of(bytes, "byte", "bytes");
  std::array<char, 32> buffer;
  std::snprintf(buffer.data(), buffer.size(),
                value == std::floor(value) ? "%.0f %ciB" : "%.1f %ciB", value,
                kByteUnits[unit - 1]);
  return buffer.data();
}

std::string rate_text(std::uint64_t bytes_per_second) {
  return size_text(bytes_per_second) + "/s";
}

std::string duration_text(std::chrono::milliseconds duration) {
  const Milliseconds length = duration.count();
  const auto in = [length](Milliseconds unit, const char* one, const char* several) {
    return text::count_of(static_cast<std::uint64_t>(length / unit), one, several);
  };
  if (length % kSecond != 0) return std::to_string(length) + " ms";
  if (length == 0 || length % kMinute != 0) return std::to_string(length / kSecond) + " s";
  if (length % kHour != 0) return in(kMinute, "minute", "minutes");
  if (length % kDay != 0) return in(kHour, "hour", "hours");
  return in(kDay, "day", "days");
}

std::string limit_text(std::uint64_t bytes) {
  return bytes >= kNoLimit ? kNoLimitText : size_text(bytes);
}

}  // namespace shaman::units
