// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/log/trace_id.hpp"

#include <algorithm>

namespace shaman::http {
namespace {

// VERSION-TRACE-PARENT-FLAGS; versions above 00 may add `-` and more.
constexpr std::size_t kVersionDigits = 2;
constexpr std::size_t kTraceDigits = 32;
constexpr std::size_t kParentDigits = 16;
constexpr std::size_t kFlagsDigits = 2;
constexpr std::size_t kShortest =
    kVersionDigits + 1 + kTraceDigits + 1 + kParentDigits + 1 + kFlagsDigits;

// Capital letters are not allowed.
bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

std::string_view trace_id_in(std::string_view value) {
  if (value.size() < kShortest) return {};
  const std::string_view version = value.substr(0, kVersionDigits);
  const std::string_view trace = value.substr(kVersionDigits + 1, kTraceDigits);
  const std::string_view parent =
      value.substr(kVersionDigits + 1 + kTraceDigits + 1, kParentDigits);
  const std::string_view flags = value.substr(kShortest - kFlagsDigits, kFlagsDigits);
  const bool has_dashes = value[kVersionDigits] == '-' &&
                          value[kVersionDigits + 1 + kTraceDigits] == '-' &&
                          value[kShortest - kFlagsDigits - 1] == '-';
  const std::string_view rest = value.substr(kShortest);
  const bool ends_well = rest.empty() || (version != "00" && rest.front() == '-');
  const bool is_good = has_dashes && ends_well && version != "ff" && is_hex(version) &&
                       is_hex(trace) && is_hex(parent) && is_hex(flags) && !is_zero(trace) &&
                       !is_zero(parent);
  return is_good ? trace : std::string_view();
}

}  // namespace shaman::http
