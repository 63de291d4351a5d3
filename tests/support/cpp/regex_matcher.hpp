// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <regex>
#include <string>

#include <gmock/gmock.h>

namespace shaman::test {

/// The whole text matches an ECMAScript pattern. GoogleTest's own MatchesRegex knows neither
/// `[a-f]` nor `{4}` on Windows.
MATCHER_P(IsLike, pattern, std::string(negation ? "is not" : "is") + " like " + pattern) {
  return std::regex_match(std::string(arg), std::regex(pattern));
}

}  // namespace shaman::test
