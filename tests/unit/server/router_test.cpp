// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/target.hpp"

namespace shaman::http {
namespace {

using Outcome = Router::Outcome;
using testing::ElementsAre;

Task<Response> one(Exchange&) {
  co_return Response::empty(200);
}
Task<Response> two(Exchange&) {
  co_return Response::empty(201);
}

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    router_.add("GET", "/files/{}/{}", auth::Role::worker, one);
    router_.add("POST", "/files/{}/{}", auth::Role::worker, two);
    router_.add("POST", "/files/create", auth::Role::worker, two);
    router_.add("DELETE", "/jobs/{*}", auth::Role::worker, one);
    router_.add("POST", "/jobs/create", auth::Role::worker, two);
    router_.add("GET", "/jobs/{*}/list", auth::Role::worker, two);
  }
  Router::Match match(std::string_view method, std::string_view target) {
    segments_ = *parse_target(target);
    return router_.match(method, segments_);
  }
  Router router_;
  std::vector<std::string> segments_;
};

TEST_F(RouterTest, FindsByMethodAndPath) {
  const auto found = match("POST", "/files/a%2Fb/7");
  EXPECT_EQ(found.outcome, Outcome::found);
  EXPECT_EQ(found.handler, &two);
  EXPECT_THAT(found.parameters, ElementsAre("a/b", "7"));
  EXPECT_EQ(match("GET", "/files/a/7").handler, &one);
  EXPECT_EQ(match("HEAD", "/files/a/7").handler, &one);
}

TEST_F(RouterTest, PathsAreExact) {
  for (const char* path : {"/", "/files", "/files/a", "/files/a/7/", "/files/a/7/x", "/FILES/a/7",
                           "//files/a/7", "/x/files/a/7"})
    EXPECT_EQ(match("GET", path).outcome, Outcome::not_found) << path;
}

TEST_F(RouterTest, AStarTakesAllBeforeTheEnd) {
  EXPECT_THAT(match("GET", "/jobs/a/list").parameters, ElementsAre("a"));
  EXPECT_THAT(match("HEAD", "/jobs/a/b%2Fc/list/list").parameters, ElementsAre("a", "b/c", "list"));
  for (const char* path : {"/jobs/list", "/jobs/a", "/jobs/a/list/b", "/jobs"})
    EXPECT_NE(match("GET", path).outcome, Outcome::found) << path;
  EXPECT_THAT(match("DELETE", "/jobs/a/list").parameters, ElementsAre("a", "list"));
}

TEST_F(RouterTest, AStarTakesAllThatFollows) {
  EXPECT_THAT(match("DELETE", "/jobs/a/b%2Fc/d").parameters, ElementsAre("a", "b/c", "d"));
  EXPECT_THAT(match("DELETE", "/jobs/create").parameters, ElementsAre("create"));
  EXPECT_EQ(match("POST", "/jobs/create").handler, &two);
  EXPECT_EQ(match("DELETE", "/jobs").outcome, Outcome::not_found);
  EXPECT_EQ(match("DELETE", "/files/a").outcome, Outcome::not_found);
}

TEST_F(RouterTest, AStarLeavesWhatThePatternHasBehindIt) {
  router_.add("GET", "/jobs/{*}/outputs", auth::Role::worker, two);
  const auto found = match("GET", "/jobs/a/b%2Fc/outputs");
  EXPECT_EQ(found.handler, &two);
  EXPECT_THAT(found.parameters, ElementsAre("a", "b/c"));
  EXPECT_THAT(match("GET", "/jobs/outputs/outputs").parameters, ElementsAre("outputs"));
  EXPECT_EQ(match("GET", "/jobs/outputs").outcome, Outcome::method_not_allowed);
  EXPECT_EQ(match("GET", "/jobs/a/outputs/b").outcome, Outcome::method_not_allowed);
  EXPECT_EQ(match("DELETE", "/jobs/a/outputs").handler, &one);
}

TEST_F(RouterTest, SaysWhatIsAllowed) {
  const auto wrong = match("DELETE", "/files/a/7");
  EXPECT_EQ(wrong.outcome, Outcome::method_not_allowed);
  EXPECT_EQ(wrong.allow, "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(match("HEAD", "/files/create").outcome, Outcome::method_not_allowed);
  EXPECT_EQ(match("BREW", "/files/a/7").outcome, Outcome::method_unknown);
}

}  // namespace
}  // namespace shaman::http
