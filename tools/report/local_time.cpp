// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/local_time.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <optional>

#include "shaman/text.hpp"
#include "shaman/utc.hpp"

namespace shaman::tools {
namespace {

bool is_in_range(const std::tm& parts) {
  return parts.tm_mon >= 0 && parts.tm_mon < 12 && parts.tm_mday >= 1 && parts.tm_mday <= 31 &&
         parts.tm_hour >= 0 && parts.tm_hour < 24 && parts.tm_min >= 0 && parts.tm_min < 60 &&
         parts.tm_sec >= 0 && parts.tm_sec <= 60;
}

// What follows the seconds: a fraction, which is ignored, and `Z` or `+01:00`.
std::optional<std::int64_t> offset_of(const char* zone) {
  if (*zone == '.')
    for (++zone; *zone >= '0' && *zone <= '9'; ++zone)
      ;
  if ((*zone == 'Z' || *zone == 'z') && zone[1] == '\0') return 0;
  char sign = 0;
  int hours = 0;
  int minutes = 0;
  int length = 0;
  if (std::sscanf(zone, "%c%2d:%2d%n", &sign, &hours, &minutes, &length) != 3) return std::nullopt;
  if (zone[length] != '\0' || (sign != '+' && sign != '-')) return std::nullopt;
  const std::int64_t seconds = 60 * (60 * hours + minutes);
  return sign == '+' ? seconds : -seconds;
}

std::optional<std::int64_t> parse(const std::string& text) {
  std::tm parts{};
  int length = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2d%*1[Tt ]%2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon,
                  &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &length) != 6)
    return std::nullopt;
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  const auto offset = offset_of(text.c_str() + length);
  if (!offset || !is_in_range(parts)) return std::nullopt;
  using namespace std::chrono;
  return duration_cast<seconds>(from_utc(parts).time_since_epoch()).count() - *offset;
}

}  // namespace

std::string local_time(std::int64_t seconds_since_1970) {
  const auto time = static_cast<std::time_t>(seconds_since_1970);
  const std::tm* const local = std::localtime(&time);
  std::array<char, 48> buffer{};
  if (local == nullptr ||
      std::strftime(buffer.data(), buffer.size(), "%Y-%m-%d %H:%M:%S %z", local) == 0)
    return "?";
  return buffer.data();
}

std::string local_time(const std::string& rfc3339) {
  const auto seconds = parse(rfc3339);
  return seconds ? local_time(*seconds) : text::printable(rfc3339);
}

}  // namespace shaman::tools
