// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/manager/calls.hpp"

#include <initializer_list>
#include <string_view>
#include <utility>

#include "shaman/text.hpp"

#include "flamenco/manager/members.hpp"
#include "http/client/answer_text.hpp"
#include "http/client/percent.hpp"
#include "http/client/refusal.hpp"
#include "protocol/names.hpp"

namespace shaman::manager {
namespace {

using nlohmann::json;
using text::in_quotes;

// Encodes each segment, so that none adds a segment to the address.
Request get(std::string_view address, std::initializer_list<std::string_view> segments = {}) {
  Request request{"GET", std::string(address)};
  for (const std::string_view segment : segments)
    request.path += "/" + client::percent_encoded(segment);
  return request;
}

Request post(const Request& to, const json& body) {
  return {"POST", to.path, body.dump(-1, ' ', false, json::error_handler_t::replace)};
}

Error refused(const std::string& what, const Answer& answer) {
  const std::string said = client::said_text(answer);
  const bool is_page = client::is_page(answer.body);
  if (!is_page && (answer.status == 401 || answer.status == 403))
    return client::refusal(what, answer);
  if (!is_page && (answer.status == 502 || answer.status == 504))
    return {errc::manager_away,
            "the server answers, but the Manager behind it does not (" + said + ")"};
  if (answer.status == 404 && !is_page)
    return {errc::not_found, "the Manager " + what + " (" + said + ")"};
  const bool is_redirection = answer.status >= 300 && answer.status < 400;
  if (is_page || is_redirection) return client::refusal(what, answer);
  if (answer.status == 412)
    return {errc::protocol_error,
            "the Manager " + what +
                ": the job type has changed on the Manager in the meantime. Submit again"};
  return {errc::protocol_error, "the Manager " + what + " (" + said + ")"};
}

// If the Manager objects to a job, the values that the job was given are wrong.
Error refused_job(const std::string& what, const Answer& answer) {
  Error error = refused(what, answer);
  if (answer.status == 400 && !client::is_page(answer.body)) error.code = errc::invalid_argument;
  return error;
}

Error not_understood(const std::string& what, const Answer& answer) {
  if (client::is_page(answer.body)) return client::page_instead(answer);
  return {errc::protocol_error, "unexpected response from the Manager for " + what};
}

result<json> read_object(const Answer& answer, const std::string& what) {
  if (answer.status != 200) return refused("did not send " + what, answer);
  json object = json::parse(answer.body, nullptr, false);
  if (!object.is_object()) return not_understood(what, answer);
  return success(std::move(object));
}

result<json> read_list(const Answer& answer, const char* member, const std::string& what) {
  const result<json> object = read_object(answer, what);
  if (!object) return object.error();
  const auto found = object->find(member);
  if (found == object->end() || !found->is_array()) return not_understood(what, answer);
  return success(*found);
}

result<void> read_consent(const Answer& answer, const std::string& refusal) {
  if (answer.status == 200 && client::is_page(answer.body)) return client::page_instead(answer);
  if (answer.status == 204 || answer.status == 200) return {};
  return refused(refusal, answer);
}

// Nothing if the object has no id.
std::optional<Job> job_in(const json& object) {
  Job job;
  job.id = text_of(object, "id");
  if (job.id.empty()) return std::nullopt;
  job.name = text_of(object, "name");
  job.type = text_of(object, "type");
  job.status = text_of(object, "status");
  job.activity = text_of(object, "activity");
  job.created = text_of(object, "created");
  job.updated = text_of(object, "updated");
  const auto priority = object.find("priority");
  if (priority != object.end() && priority->is_number_integer())
    job.priority = priority->get<std::int64_t>();
  job.whole = object;
  return job;
}

result<Job> read_job(const Answer& answer, const std::string& what) {
  const result<json> object = read_object(answer, what);
  if (!object) return object.error();
  auto job = job_in(*object);
  if (!job) return not_understood(what, answer);
  return *std::move(job);
}

// The form of the answer in all Managers that have these calls.
std::optional<SharedStorage> storage_in(const json& object, const char* location) {
  const auto folder = text_member(object, location);
  const auto is_enabled = flag_member(object, "shamanEnabled");
  if (!folder || !is_enabled) return std::nullopt;
  return SharedStorage{*folder, *is_enabled};
}

// A Manager answers 400 to a text that cannot be an id. For the caller, there is no such thing.
bool is_unknown(const Answer& answer) {
  return (answer.status == 404 || answer.status == 400) && !client::is_page(answer.body);
}

}  // namespace

namespace calls {

Call<Version> version() {
  return {get(protocol::kVersion), [](const Answer& answer) -> result<Version> {
            const auto object = read_object(answer, "its version");
            if (!object) return object.error();
            const std::string number = text_of(*object, "shortversion");
            // Old Managers report no short version.
            return Version{text_of(*object, "name"),
                           number.empty() ? text_of(*object, "version") : number};
          }};
}

Call<Configuration> configuration() {
  return {get(protocol::kConfiguration), [](const Answer& answer) -> result<Configuration> {
            const std::string what = "its configuration";
            const auto object = read_object(answer, what);
            if (!object) return object.error();
            const auto storage = storage_in(*object, "storageLocation");
            if (!storage) return not_understood(what, answer);
            // Managers before 3.0 have no assistant for the first run, and report no isFirstRun.
            return Configuration{*storage, flag_of(*object, "isFirstRun")};
          }};
}

Call<ConfigurationFile> configuration_file() {
  return {get(protocol::kConfigurationFile), [](const Answer& answer) -> result<ConfigurationFile> {
            const std::string what = "its whole configuration";
            const auto object = read_object(answer, what);
            if (!object) return object.error();
            const json shaman = object->value("shaman", json::object());
            if (!shaman.is_object() || !shaman.contains("garbageCollect"))
              return not_understood(what, answer);
            return ConfigurationFile{text_of(shaman["garbageCollect"], "period")};
          }};
}

Call<FolderCheck> check_folder(const std::string& path) {
  return {post(get(protocol::kCheckFolder), {{"path", path}}),
          [](const Answer& answer) -> result<FolderCheck> {
            if (answer.status != 200) return refused("did not check a folder", answer);
            const json object = json::parse(answer.body, nullptr, false);
            const auto is_usable = flag_member(object, "is_usable");
            if (!is_usable) return not_understood("a folder", answer);
            return FolderCheck{*is_usable, text_of(object, "cause")};
          }};
}

Call<SharedStorage> shared_storage(const std::string& audience, const std::string& platform) {
  return {get(protocol::kSharedStorage, {audience, platform}),
          [](const Answer& answer) -> result<SharedStorage> {
            const std::string what = "where its storage is";
            const auto object = read_object(answer, what);
            if (!object) return object.error();
            auto storage = storage_in(*object, "location");
            if (!storage) return not_understood(what, answer);
            return *std::move(storage);
          }};
}

Call<Variables> variables(const std::string& audience, const std::string& platform) {
  return {get(protocol::kVariables, {audience, platform}),
          [](const Answer& answer) -> result<Variables> {
            const std::string what = "its variables";
            const auto object = read_object(answer, what);
            if (!object) return object.error();
            Variables variables;
            for (const auto& [name, each] : object->items()) {
              const auto value = text_member(each, "value");
              if (!value) return not_understood(what, answer);
              variables[name] = {*value, flag_of(each, "is_twoway")};
            }
            return variables;
          }};
}

Call<std::vector<JobType>> job_types() {
  return {get(protocol::kJobTypes), [](const Answer& answer) -> result<std::vector<JobType>> {
            const auto list = read_list(answer, "job_types", "its job types");
            if (!list) return list.error();
            std::vector<JobType> types;
            for (const json& each : *list) {
              result<JobType> type = read_job_type(each);
              if (!type) return type.error();
              types.push_back(*std::move(type));
            }
            return types;
          }};
}

Call<std::vector<Tag>> tags() {
  return {get(protocol::kWorkerTags), [](const Answer& answer) -> result<std::vector<Tag>> {
            const auto list = read_list(answer, "tags", "its tags");
            if (!list) return list.error();
            std::vector<Tag> tags;
            for (const json& each : *list)
              tags.push_back({text_of(each, "id"), text_of(each, "name")});
            return tags;
          }};
}

Call<void> check(const json& job) {
  return {post(get(protocol::kJobsCheck), job), [](const Answer& answer) -> result<void> {
            if (answer.status == 404) return {};
            if (answer.status == 200 && client::is_page(answer.body))
              return client::page_instead(answer);
            if (answer.status == 204 || answer.status == 200) return {};
            return refused_job("would not accept the job", answer);
          }};
}

Call<Job> submit(const json& job) {
  return {post(get(protocol::kJobs), job), [](const Answer& answer) -> result<Job> {
            if (answer.status != 200) return refused_job("did not accept the job", answer);
            return read_job(answer, "a new job");
          }};
}

Call<std::vector<Job>> jobs() {
  return {get(protocol::kJobs),
          [](const Answer& answer) -> result<std::vector<Job>> {
            const std::string what = "its jobs";
            const auto list = read_list(answer, "jobs", what);
            if (!list) return list.error();
            std::vector<Job> jobs;
            for (const json& each : *list) {
              auto job = job_in(each);
              if (!job) return not_understood(what, answer);
              jobs.push_back(*std::move(job));
            }
            return jobs;
          },
          // Managers before 3.6.
          post(get(protocol::kJobsQuery), json::object())};
}

Call<Job> job(const std::string& id) {
  return {get(protocol::kJobs, {id}), [id](const Answer& answer) -> result<Job> {
            if (is_unknown(answer))
              return Error{errc::not_found, "the Manager has no job " + in_quotes(id)};
            return read_job(answer, "the job " + in_quotes(id));
          }};
}

Call<void> cancel(const std::string& job_id) {
  return {post(get(protocol::kJobs, {job_id, "setstatus"}),
               {{"status", "cancel-requested"}, {"reason", "canceled with shaman"}}),
          [job_id](const Answer& answer) {
            return read_consent(answer, "did not cancel the job " + in_quotes(job_id));
          }};
}

Call<std::vector<Task>> tasks(const std::string& job_id) {
  return {get(protocol::kJobs, {job_id, "tasks"}),
          [job_id](const Answer& answer) -> result<std::vector<Task>> {
            const std::string what = "the tasks of " + in_quotes(job_id);
            const auto list = read_list(answer, "tasks", what);
            if (!list) return list.error();
            std::vector<Task> tasks;
            for (const json& each : *list) {
              if (!each.is_object()) return not_understood(what, answer);
              tasks.push_back({text_of(each, "id"), text_of(each, "name"), text_of(each, "status"),
                               text_of(each.value("worker", json::object()), "name")});
            }
            return tasks;
          }};
}

Call<std::string> job_of_task(const std::string& task_id) {
  return {get(protocol::kTasks, {task_id}), [task_id](const Answer& answer) -> result<std::string> {
            const std::string what = "the task " + in_quotes(task_id);
            if (is_unknown(answer)) return Error{errc::not_found, "the Manager has no " + what};
            const auto object = read_object(answer, what);
            if (!object) return object.error();
            auto id = text_of(*object, "job_id");
            if (id.empty()) return not_understood(what, answer);
            return id;
          }};
}

Call<std::string> log_tail(const std::string& task_id) {
  return {get(protocol::kTasks, {task_id, "logtail"}),
          [task_id](const Answer& answer) -> result<std::string> {
            if (answer.status == 204) return std::string();
            if (answer.status != 200)
              return refused("did not show the log of the task " + in_quotes(task_id), answer);
            return answer.body;
          }};
}

}  // namespace calls
}  // namespace shaman::manager
