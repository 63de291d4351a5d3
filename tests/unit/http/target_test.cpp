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
    EXPECT_EQ(parse_target(target).error().code, errc::invalid_argument) << target;
}

TEST(Target, GivesUpItsToken) {
  const auto taken = [](std::string target) {
    auto segments = *parse_target(target);
    std::string token = take_token(target, segments);
    return std::vector{token, target, segments.front()};
  };
  EXPECT_EQ(taken("/~T/a?q"), (Segments{"T", "/a?q", "a"}));
  EXPECT_EQ(taken("HTTP://h:1/~T/a"), (Segments{"T", "/a", "a"}));
  EXPECT_EQ(taken("/%7eT"), (Segments{"T", "/", ""}));
  // No token: nothing is taken, so that what is judged is what is passed on.
  EXPECT_EQ(taken("/~/a"), (Segments{"", "/~/a", "~"}));
  EXPECT_EQ(taken("//~T/a"), (Segments{"", "//~T/a", ""}));
}

TEST(Target, IsKnownToHoldATokenInWhateverPlace) {
  for (const char* target : {"/~T",
                             "/%7ET/a",
                             "/%7eT",
                             "//~T/a",
                             "/a/~T",
                             "/a?~T",
                             "/a?x=~T",
                             "/%2F~T",
                             "/a?token=shm_T",
                             "/shm_T/a",
                             "HTTP://h/~T",
                             "/~eyJT/x",
                             "/a?t=%73hm_T",
                             "/a?t=shm%5fT",
                             "/a?t=%2573%25%368m_T",
                             "/a?t=SHM_T",
                             "/%%37EshM_T",
                             "/%257eT",
                             "/xshm_T",
                             "/a?eyJT.eyJT.T",
                             "/%65yJT%2eeyJT",
                             "/a?t=%u0073hm_T",
                             "/a?t=%25u0073hm_T",
                             "/a?t=\\u0073hm_T",
                             "/a?t=%uff53hm_T",
                             "/a?t=%E2%93%A2hm_T",
                             "/a?t=%F0%9D%90%AChm_T",
                             "/a?t=%C5%BFhm_T",
                             "/a?t=%f8%80%80%81%b3hm_T",
                             "/a?t=%fc%80%80%80%81%b3hm_T",
                             "/a?t=%25uFF53hm_T",
                             "/a?t=\\uFF53hm_T",
                             "/a?t=%c1%b3hm_T",
                             "/a?t=%e0%81%b3hm_T",
                             "/a?t=%f0%80%81%b3hm_T",
                             "/a?t=\xc1\xb3hm_T",
                             "/a?eyJT%u002eeyJT",
                             "/a?eyJT%c0%aeeyJT",
                             "/a?t=%ef%bd%93hm_T"})
    EXPECT_TRUE(holds_token(target)) << target;
  for (const char* target : {"/", "/~/a", "/a/b~c?x=PROGRA~1", "/eyJpage", "/app/assets/i-eyJx.js",
                             "/a%", "/%%%7", "/100%25/shm", "/a?x=shm_&y", "/%41~T",
                             "/%c3%b6%e6%88%91%f0%9f%8e%ac", "/%u", "/%c1", "/%b3%b3%b3%b3%b3hm_T"})
    EXPECT_FALSE(holds_token(target)) << target;
}

TEST(Target, IsShownWithoutTokens) {
  EXPECT_EQ(without_tokens("/a/b~c?x=PROGRA~1"), "/a/b~c?x=PROGRA~1");
  for (const char* target :
       {"/~T/a", "//~T/a", "/%7ET/a", "~T/a", "HTTP://h/~T", "/x/~T?a", "/~T%zz/~T"})
    EXPECT_EQ(without_tokens(target).find('T', 5), std::string::npos) << target;
  for (const char* target :
       {"/a?~T", "/a?x=~T", "/a?x&~T", "/a;~T", "/a#~T", "/%2F~T", "/%2f%7eT", "/a?token=shm_T",
        "/shm_T/a", "/a?eyJT.eyJT.T", "/%73/shm_T", "/%2573hm_T", "/a?SHM%5FT"})
    EXPECT_EQ(without_tokens(target).find('T', 2), std::string::npos) << target;
  EXPECT_EQ(without_tokens("/~T/a?b"), "/~…/a?b");
  EXPECT_EQ(without_tokens("/a?x=~T&y=1"), "/a?x=~…&y=1");
  EXPECT_EQ(without_tokens("/a%20b?x=%73hm_T%zz/c%2Fd"), "/a%20b?x=…/c%2Fd");
}

}  // namespace
}  // namespace shaman::http
