// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/local_time.hpp"

#include <array>
#include <ctime>

#include "shaman/text.hpp"

#include "base/utc.hpp"

namespace shaman::tools {

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
  const auto time = parse_rfc3339(rfc3339);
  if (!time) return text::printable(rfc3339);
  return local_time(std::int64_t{std::chrono::system_clock::to_time_t(*time)});
}

}  // namespace shaman::tools
