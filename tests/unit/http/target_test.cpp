// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/target.hpp"

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

using Segments = std::vector<std::string>;

TEST(Target, IsSplitBeforeItIsDecoded) {
  EXPECT_EQ(*parse_target("/"), Segments{""});
  EXPECT_EQ(*parse_target("/a/b"), (Segments{"a", "b"}));
  EXPECT_EQ(*parse_target("/a/b/"), (Segments{"a", "b", ""}));
  EXPECT_EQ(*parse_target("/a%2fb/%C3%BC?x=/y#z"), (Segments{"a/b", "ü"}));
  EXPECT_EQ(*parse_target("/../a"), (Segments{"..", "a"}));
  EXPECT_EQ(*parse_target("http://host"), Segments{""});
  EXPECT_EQ(*parse_target("http://host?x"), Segments{""});
  EXPECT_EQ(*parse_target("https://host:1/a"), Segments{"a"});
}

TEST(Target, RefusesTheRest) {
  for (const char* target : {"", "a", "*", "ftp://x/a", "/%", "/%4", "/%4g", "/%00", "/a%"})
    EXPECT_EQ(parse_target(target).error().code, errc::malformed_request) << target;
}

}  // namespace
}  // namespace shaman::http
