// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/manager/calls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "manager_answer.hpp"

namespace shaman::manager {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <class T>
result<T> decoded(const Call<T>& call, const std::string& body, unsigned status = 200) {
  return call.decode(manager_answer(status, body));
}

void expect_request(const Request& request, const std::string& method, const std::string& path,
                    const std::string& json = {}) {
  EXPECT_EQ(request.method, method);
  EXPECT_EQ(request.path, path);
  EXPECT_EQ(request.json, json);
}

// Every call, whatever it gives.
template <class Each>
void for_each_call(Each each) {
  each(calls::version());
  each(calls::configuration());
  each(calls::configuration_file());
  each(calls::check_folder("/s"));
  each(calls::shared_storage("users", "linux"));
  each(calls::variables("workers", "linux"));
  each(calls::job_types());
  each(calls::tags());
  each(calls::check({{"name", "shot"}}));
  each(calls::submit({{"name", "shot"}}));
  each(calls::jobs());
  each(calls::job("1"));
  each(calls::cancel("1"));
  each(calls::tasks("1"));
  each(calls::job_of_task("2"));
  each(calls::log_tail("2"));
}

TEST(Calls, HaveTheManagersAddresses) {
  expect_request(calls::version().request, "GET", "/api/v3/version");
  expect_request(calls::configuration().request, "GET", "/api/v3/configuration");
  expect_request(calls::configuration_file().request, "GET", "/api/v3/configuration/file");
  expect_request(calls::check_folder("/s\"").request, "POST",
                 "/api/v3/configuration/check/shared-storage", R"({"path":"/s\""})");
  expect_request(calls::shared_storage("users", "linux").request, "GET",
                 "/api/v3/configuration/shared-storage/users/linux");
  expect_request(calls::variables("workers", "darwin").request, "GET",
                 "/api/v3/configuration/variables/workers/darwin");
  expect_request(calls::job_types().request, "GET", "/api/v3/jobs/types");
  expect_request(calls::tags().request, "GET", "/api/v3/worker-mgt/tags");
  const nlohmann::json job{{"name", "shot"}};
  expect_request(calls::check(job).request, "POST", "/api/v3/jobs/check", R"({"name":"shot"})");
  expect_request(calls::submit(job).request, "POST", "/api/v3/jobs", R"({"name":"shot"})");
  expect_request(calls::jobs().request, "GET", "/api/v3/jobs");
  expect_request(calls::job("a-1").request, "GET", "/api/v3/jobs/a-1");
  expect_request(calls::cancel("a-1").request, "POST", "/api/v3/jobs/a-1/setstatus",
                 R"({"reason":"canceled with shaman","status":"cancel-requested"})");
  expect_request(calls::tasks("a-1").request, "GET", "/api/v3/jobs/a-1/tasks");
  expect_request(calls::job_of_task("b-2").request, "GET", "/api/v3/tasks/b-2");
  expect_request(calls::log_tail("b-2").request, "GET", "/api/v3/tasks/b-2/logtail");
}

TEST(Calls, AnIdIsOneSegmentWhateverItIs) {
  expect_request(calls::job("../../version?x#y").request, "GET",
                 "/api/v3/jobs/..%2F..%2Fversion%3Fx%23y");
  expect_request(calls::cancel("a/b").request, "POST", "/api/v3/jobs/a%2Fb/setstatus",
                 calls::cancel("a").request.json);
  expect_request(calls::tasks("a b").request, "GET", "/api/v3/jobs/a%20b/tasks");
  expect_request(calls::job_of_task("a\r\nb").request, "GET", "/api/v3/tasks/a%0D%0Ab");
  expect_request(calls::log_tail("a/b").request, "GET", "/api/v3/tasks/a%2Fb/logtail");
  expect_request(calls::variables("a/b", "c/d").request, "GET",
                 "/api/v3/configuration/variables/a%2Fb/c%2Fd");
}

TEST(Calls, OnlyReadingIsRepeatable) {
  EXPECT_TRUE(calls::jobs().request.is_repeatable());
  EXPECT_FALSE(calls::submit({}).request.is_repeatable());
  EXPECT_FALSE(calls::check_folder("/s").request.is_repeatable());
}

TEST(Calls, OnlyListingJobsHasAnOlderForm) {
  const auto call = calls::jobs();
  EXPECT_EQ(call.instead(manager_answer(200, "{}")), nullptr);
  EXPECT_EQ(call.instead(manager_answer(500, "{}")), nullptr);
  const Request* const older = call.instead(manager_answer(404, "{}"));
  ASSERT_NE(older, nullptr);
  expect_request(*older, "POST", "/api/v3/jobs/query", "{}");
  EXPECT_EQ(calls::job("1").instead(manager_answer(404, "{}")), nullptr);
}

TEST(Calls, ARefusalHasTheManagersWords) {
  for_each_call([](const auto& call) {
    const auto told = decoded(call, R"({"code":500,"message":"database is locked"})", 500);
    ASSERT_FALSE(told) << call.request.path;
    EXPECT_EQ(told.error().code, errc::protocol_error) << call.request.path;
    EXPECT_THAT(told.error().message(), HasSubstr("(500, database is locked)"));
    EXPECT_THAT(told.error().message(), testing::StartsWith("the Manager "));
  });
  // Where the body was left out.
  EXPECT_THAT(decoded(calls::configuration(), "", 500).error().message(),
              HasSubstr("did not send its configuration (500)"));
}

TEST(Calls, APageIsNobodysAnswer) {
  for_each_call([](const auto& call) {
    const auto told = decoded(call, "<html><title>Sign in</title></html>", 502);
    ASSERT_FALSE(told) << call.request.path;
    EXPECT_THAT(told.error().message(), HasSubstr("Sign in")) << call.request.path;
  });
  const auto told = decoded(calls::jobs(), "<html><title>Sign in</title></html>");
  ASSERT_FALSE(told);
  EXPECT_THAT(told.error().message(), HasSubstr("web page"));
  EXPECT_FALSE(decoded(calls::check({}), "<html><title>Sign in</title></html>"));
  EXPECT_FALSE(decoded(calls::cancel("id"), "<html><title>Sign in</title></html>"));
}

TEST(Calls, ARedirectionIsNamed) {
  Answer answer = manager_answer(301, "");
  answer.location = "https://elsewhere/";
  const auto told = calls::jobs().decode(answer);
  ASSERT_FALSE(told);
  EXPECT_THAT(told.error().message(), HasSubstr("https://elsewhere/"));
}

TEST(Calls, WhatAManagerDoesNotHaveIsNotFound) {
  for_each_call([](const auto& call) {
    const auto told = decoded(call, R"({"code":404,"message":"nope"})", 404);
    if (call.request.path == "/api/v3/jobs/check") {
      EXPECT_TRUE(told);  // before 3.2
      return;
    }
    ASSERT_FALSE(told) << call.request.path;
    EXPECT_EQ(told.error().code, errc::not_found) << call.request.path;
  });
  // What cannot be an id.
  EXPECT_EQ(decoded(calls::job("x"), "{}", 400).error().code, errc::not_found);
  EXPECT_EQ(decoded(calls::job_of_task("x"), "{}", 400).error().code, errc::not_found);
  EXPECT_EQ(decoded(calls::jobs(), "{}", 400).error().code, errc::protocol_error);
}

template <class T>
void expect_not_understood(const Call<T>& call, std::initializer_list<const char*> bodies) {
  for (const char* const body : bodies) {
    const auto told = decoded(call, body);
    ASSERT_FALSE(told) << call.request.path << " " << body;
    EXPECT_EQ(told.error().code, errc::protocol_error) << call.request.path << " " << body;
  }
}

TEST(Calls, VersionsAreShortIfPossible) {
  const auto version = decoded(calls::version(),
                               R"({"name":"Flamenco","version":"3.8.2-x","shortversion":"3.8.2"})");
  ASSERT_TRUE(version);
  EXPECT_EQ(version->name, "Flamenco");
  EXPECT_EQ(version->short_version, "3.8.2");
  EXPECT_EQ(decoded(calls::version(), R"({"version":"3.0"})")->short_version, "3.0");
  EXPECT_EQ(decoded(calls::version(), "{}")->short_version, "");
  expect_not_understood(calls::version(), {"", "[]", "5"});
}

TEST(Calls, AConfigurationSaysWhereTheStorageIs) {
  const auto told =
      decoded(calls::configuration(),
              R"({"storageLocation":"/s/jobs","shamanEnabled":true,"isFirstRun":true})");
  ASSERT_TRUE(told);
  EXPECT_EQ(told->storage.location, "/s/jobs");
  EXPECT_TRUE(told->storage.is_shaman_enabled);
  EXPECT_TRUE(told->is_first_run);
  const auto older =
      decoded(calls::configuration(), R"({"storageLocation":"/s","shamanEnabled":false})");
  ASSERT_TRUE(older);
  EXPECT_FALSE(older->storage.is_shaman_enabled);
  EXPECT_FALSE(older->is_first_run);
  // Whether its Shaman is on is never guessed.
  expect_not_understood(calls::configuration(),
                        {"", "[]", "{}", R"({"storageLocation":"/s"})", R"({"shamanEnabled":true})",
                         R"({"storageLocation":"/s","shamanEnabled":"yes"})",
                         R"({"storageLocation":null,"shamanEnabled":true})"});
}

TEST(Calls, TheSharedStorageIsTheSame) {
  const auto told = decoded(calls::shared_storage("users", "linux"),
                            R"({"location":"/s/jobs/","shamanEnabled":true})");
  ASSERT_TRUE(told);
  EXPECT_EQ(told->root(), "/s");
  expect_not_understood(calls::shared_storage("users", "linux"),
                        {"", "[]", "{}", R"({"location":"/s"})", R"({"shamanEnabled":true})",
                         R"({"location":5,"shamanEnabled":true})"});
}

TEST(Calls, TheConfigurationFileHasTheCollectionsPeriod) {
  const auto told =
      decoded(calls::configuration_file(), R"({"shaman":{"garbageCollect":{"period":"24h0m0s"}}})");
  ASSERT_TRUE(told);
  EXPECT_EQ(told->collection_period, "24h0m0s");
  expect_not_understood(calls::configuration_file(),
                        {"", "[]", "{}", R"({"shaman":5})", R"({"shaman":{}})"});
}

TEST(Calls, AFolderIsUsableOrNot) {
  EXPECT_TRUE(decoded(calls::check_folder("/s"), R"({"is_usable":true,"cause":""})")->is_usable);
  const auto told = decoded(calls::check_folder("/s"), R"({"is_usable":false,"cause":"no"})");
  ASSERT_TRUE(told);
  EXPECT_FALSE(told->is_usable);
  EXPECT_EQ(told->cause, "no");
  expect_not_understood(calls::check_folder("/s"), {"", "[]", "{}", R"({"is_usable":"yes"})"});
}

TEST(Calls, VariablesHaveValues) {
  const auto told = decoded(calls::variables("workers", "linux"),
                            R"({"a":{"value":"/x","is_twoway":true},"b":{"value":"y"}})");
  ASSERT_TRUE(told);
  EXPECT_EQ(told->at("a").value, "/x");
  EXPECT_TRUE(told->at("a").is_twoway);
  EXPECT_FALSE(told->at("b").is_twoway);
  expect_not_understood(calls::variables("workers", "linux"),
                        {"", "[]", R"({"a":5})", R"({"a":{"value":5}})"});
}

TEST(Calls, JobTypesAndTagsAreListed) {
  const auto types =
      decoded(calls::job_types(), R"({"job_types":[{"name":"render","settings":[]}]})");
  ASSERT_TRUE(types);
  ASSERT_EQ(types->size(), 1U);
  EXPECT_EQ(types->front().name, "render");
  expect_not_understood(calls::job_types(), {"", "[]", "{}", R"({"job_types":{}})",
                                             R"({"job_types":[5]})", R"({"job_types":[{}]})"});
  const auto tags = decoded(calls::tags(), R"({"tags":[{"id":"1","name":"fast"}]})");
  ASSERT_TRUE(tags);
  ASSERT_EQ(tags->size(), 1U);
  EXPECT_EQ(tags->front().name, "fast");
  expect_not_understood(calls::tags(), {"", "[]", "{}", R"({"tags":null})"});
}

TEST(Calls, JobsHaveIds) {
  const char* const job = R"({"id":"1","name":"shot","type":"render","status":"queued",
      "activity":"a","created":"c","updated":"u","priority":60,"metadata":{"x":"y"}})";
  for (const auto& told : {decoded(calls::job("1"), job), decoded(calls::submit({}), job)}) {
    ASSERT_TRUE(told);
    EXPECT_EQ(told->id, "1");
    EXPECT_EQ(told->name, "shot");
    EXPECT_EQ(told->type, "render");
    EXPECT_EQ(told->status, "queued");
    EXPECT_EQ(told->activity, "a");
    EXPECT_EQ(told->created, "c");
    EXPECT_EQ(told->updated, "u");
    EXPECT_EQ(told->priority, 60);
    EXPECT_EQ(told->whole["metadata"]["x"], "y");
  }
  expect_not_understood(calls::job("1"), {"", "[]", "{}", R"({"id":5})", R"({"id":""})"});
  expect_not_understood(calls::submit({}), {"", "[]", "{}", R"({"id":5})", R"({"id":""})"});
}

TEST(Calls, OddListsOfJobsAreNotUnderstood) {
  EXPECT_EQ(decoded(calls::jobs(), R"({"jobs":[{"id":"a"},{"id":"b"}]})")->size(), 2U);
  expect_not_understood(calls::jobs(),
                        {"", "[]", "{}", R"({"jobs":null})", R"({"jobs":[{}]})", R"({"jobs":[5]})",
                         R"({"jobs":[{"id":5}]})", R"({"jobs":[]} x)"});
}

TEST(Calls, ConsentNeedsNoBody) {
  for (const unsigned status : {200U, 204U}) {
    EXPECT_TRUE(decoded(calls::check({}), "", status));
    EXPECT_TRUE(decoded(calls::cancel("1"), "", status));
  }
  EXPECT_THAT(decoded(calls::check({}), "{}", 412).error().message(), HasSubstr("Submit again"));
}

TEST(Calls, TasksAndTheirJob) {
  const auto tasks = decoded(
      calls::tasks("1"),
      R"({"tasks":[{"id":"t","name":"n","status":"active","worker":{"name":"w"}},{"id":"u"}]})");
  ASSERT_TRUE(tasks);
  ASSERT_EQ(tasks->size(), 2U);
  EXPECT_EQ(tasks->front().worker, "w");
  EXPECT_EQ(tasks->back().worker, "");
  expect_not_understood(calls::tasks("1"), {"", "[]", "{}", R"({"tasks":5})", R"({"tasks":[5]})"});
  EXPECT_EQ(*decoded(calls::job_of_task("t"), R"({"id":"t","job_id":"j"})"), "j");
  expect_not_understood(calls::job_of_task("t"),
                        {"", "[]", "{}", R"({"job_id":5})", R"({"job_id":""})"});
}

TEST(Calls, ALogIsAnyText) {
  EXPECT_EQ(*decoded(calls::log_tail("t"), "<line>\n"), "<line>\n");
  EXPECT_EQ(*decoded(calls::log_tail("t"), "", 204), "");
}

}  // namespace
}  // namespace shaman::manager
