// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/manager/manager.hpp"

#include <chrono>
#include <thread>

#include "shaman/text.hpp"

#include "flamenco/manager/members.hpp"
#include "http/client/answer_text.hpp"
#include "http/client/network.hpp"
#include "http/client/percent.hpp"
#include "http/client/refusal.hpp"
#include "http/client/retries.hpp"
#include "protocol/names.hpp"

namespace shaman::manager {

using client::HttpRequest;
using client::HttpResponse;
using nlohmann::json;

namespace {

constexpr std::size_t kLongestAnswer = std::size_t{256} << 20U;
// A Manager that is compiling a job whose answer was lost is given so long to show it in its list.
constexpr unsigned kLooks = 3;
constexpr std::chrono::seconds kBetweenLooks{1};
constexpr unsigned kSendings = 3;

Job read_job(const json& object) {
  Job job;
  job.id = text_of(object, "id");
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

Error refused(const std::string& what, const HttpResponse& answer) {
  const std::string said = answer.body.empty() ? std::to_string(answer.status)
                                               : std::to_string(answer.status) + ", " +
                                                     client::read_message(answer.body);
  if (client::is_page(answer.body) && answer.status != 404) return client::refusal(what, answer);
  if (answer.status == 404) return {errc::not_found, "the Manager " + what + " (" + said + ")"};
  if (answer.status == 412)
    return {errc::bad_answer, "the Manager " + what +
                                  ": the job type was changed there in the meantime. Submit again"};
  if (answer.status >= 300 && answer.status < 400) return client::refusal(what, answer);
  return {errc::bad_answer, "the Manager " + what + " (" + said + ")"};
}

Error not_understood(const std::string& what, const HttpResponse& answer = {}) {
  if (client::is_page(answer.body)) return client::page_instead(answer.body);
  return {errc::bad_answer, "unexpected response from the Manager for " + what};
}

// Whoever is between us and the Manager says so when the Manager's own answer was lost.
bool is_lost(const result<HttpResponse>& answer) {
  if (!answer)
    return answer.error().code == errc::unreachable || answer.error().code == errc::bad_answer;
  return answer->status == 502 || answer->status == 504;
}

}  // namespace

bool Job::is_final() const {
  return status == "completed" || status == "failed" || status == "canceled";
}

struct Manager::Impl {
  Impl(client::Server where, std::stop_token stop_in)
      : server(std::move(where)), stop(std::move(stop_in)), network(1) {}

  // Each on a connection of its own: one that was kept and is lost would be sent again unasked.
  // A call may last, but whether anybody is there is known soon.
  result<void> meet() {
    if (has_met) return {};
    HttpRequest request;
    request.path = protocol::kVersion;
    const client::Network::Strand strand = network.make_strand();
    client::HttpConnection connection(strand, server);
    const result<HttpResponse> answer = network.run<HttpResponse>(strand, stop, [&] {
      return client::exchange_patiently(connection, request, client::kFirstContact);
    });
    // Whoever answers nonsense here is told of by the call itself.
    if (!answer && answer.error().code != errc::bad_answer) return answer.error();
    has_met = true;
    return {};
  }

  result<HttpResponse> exchange(const HttpRequest& request, bool is_repeatable,
                                const std::stop_token& until) {
    if (const result<void> met = meet(); !met) return met.error();
    const client::Network::Strand strand = network.make_strand();
    client::HttpConnection connection(strand, server);
    return network.run<HttpResponse>(strand, until, [&] {
      return is_repeatable ? client::exchange_patiently(connection, request, client::kShortPatience)
                           : connection.exchange(request);
    });
  }

  result<HttpResponse> get(const std::string& path) {
    HttpRequest request;
    request.path = std::string(protocol::kManager) + "/" + path;
    request.longest_answer = kLongestAnswer;
    return exchange(request, true, stop);
  }

  result<HttpResponse> post(const std::string& path, const json& body) {
    return post(path, body, stop);
  }

  result<HttpResponse> post(const std::string& path, const json& body,
                            const std::stop_token& until) {
    const std::string text = body.dump(-1, ' ', false, json::error_handler_t::replace);
    HttpRequest request;
    request.method = "POST";
    request.path = std::string(protocol::kManager) + "/" + path;
    request.headers = {{"Content-Type", "application/json"}};
    request.body_length = text.size();
    request.open_body = [&text] {
      return result<std::unique_ptr<client::BodySource>>(std::make_unique<client::TextBody>(text));
    };
    request.longest_answer = kLongestAnswer;
    return exchange(request, false, until);
  }

  result<json> get_json(const std::string& path, const std::string& what) {
    const result<HttpResponse> answer = get(path);
    if (!answer) return answer.error();
    if (answer->status != 200) return refused("did not send " + what, *answer);
    json object = json::parse(answer->body, nullptr, false);
    if (!object.is_object()) return not_understood(what, *answer);
    return success(std::move(object));
  }

  result<json> list(const std::string& path, const char* member, const std::string& what) {
    result<json> object = get_json(path, what);
    if (!object) return object.error();
    const auto found = object->find(member);
    if (found == object->end() || !found->is_array()) return not_understood(what);
    return success(*found);
  }

  client::Server server;
  const std::stop_token stop;
  client::Network network;
  bool has_met = false;
};

Manager::Manager(client::Server server, std::stop_token stop)
    : impl_(std::make_unique<Impl>(std::move(server), std::move(stop))) {}
Manager::~Manager() = default;

const client::BaseUrl& Manager::url() const noexcept {
  return impl_->server.url;
}

result<Version> Manager::version() {
  const result<json> object = impl_->get_json("version", "its version");
  if (!object) return object.error();
  const std::string number = text_of(*object, "shortversion");
  // Before there were short ones.
  return Version{text_of(*object, "name"), number.empty() ? text_of(*object, "version") : number};
}

std::string SharedStorage::root() const {
  std::string folder = location;
  while (folder.size() > 1 && folder.ends_with('/'))
    folder.pop_back();
  if (is_shaman_enabled && folder.ends_with("/jobs")) folder.resize(folder.size() - 5);
  return folder;
}

result<Configuration> Manager::configuration() {
  const result<json> object = impl_->get_json("configuration", "its configuration");
  if (!object) return object.error();
  return Configuration{{text_of(*object, "storageLocation"), flag_of(*object, "shamanEnabled")},
                       flag_of(*object, "isFirstRun")};
}

result<ConfigurationFile> Manager::configuration_file() {
  const result<json> object = impl_->get_json("configuration/file", "its whole configuration");
  if (!object) return object.error();
  const json shaman = object->value("shaman", json::object());
  if (!shaman.is_object() || !shaman.contains("garbageCollect"))
    return not_understood("its whole configuration");
  return ConfigurationFile{text_of(shaman["garbageCollect"], "period")};
}

result<FolderCheck> Manager::check_folder(const std::string& path) {
  const result<HttpResponse> answer =
      impl_->post("configuration/check/shared-storage", {{"path", path}});
  if (!answer) return answer.error();
  if (answer->status != 200) return refused("does not look at a folder", *answer);
  const json object = json::parse(answer->body, nullptr, false);
  if (!object.is_object()) return not_understood("a folder");
  return FolderCheck{flag_of(object, "is_usable"), text_of(object, "cause")};
}

result<std::vector<JobType>> Manager::job_types() {
  const result<json> list = impl_->list("jobs/types", "job_types", "its job types");
  // A file store alone says that there are none, or does not have the call.
  const bool is_none = list ? list->empty() : list.error().code == errc::not_found;
  if (is_none)
    return Error{errc::malformed_request,
                 "there is no Flamenco Manager at " + impl_->server.url.text() +
                     ": a file store without a Manager makes checkouts, but no jobs. Use the "
                     "address of the Manager, or ask the farm's admin"};
  if (!list) return list.error();
  std::vector<JobType> types;
  for (const json& each : *list) {
    result<JobType> type = read_job_type(each);
    if (!type) return type.error();
    types.push_back(std::move(*type));
  }
  return types;
}

result<std::vector<Tag>> Manager::tags() {
  const result<json> list = impl_->list("worker-mgt/tags", "tags", "its tags");
  if (!list) return list.error();
  std::vector<Tag> tags;
  for (const json& each : *list)
    tags.push_back({text_of(each, "id"), text_of(each, "name")});
  return tags;
}

result<SharedStorage> Manager::shared_storage(const std::string& audience,
                                              const std::string& platform) {
  const result<json> object = impl_->get_json(
      "configuration/shared-storage/" + audience + "/" + platform, "where its storage is");
  if (!object) return object.error();
  SharedStorage storage;
  storage.location = text_of(*object, "location");
  storage.is_shaman_enabled = flag_of(*object, "shamanEnabled");
  return storage;
}

result<std::vector<std::string>> Manager::variable_values(const std::string& audience,
                                                          const std::string& platform) {
  const result<json> object = impl_->get_json(
      "configuration/variables/" + audience + "/" + platform, "which variables it has");
  if (!object) return object.error();
  std::vector<std::string> values;
  for (const json& variable : *object)
    values.push_back(text_of(variable, "value"));
  return values;
}

result<void> Manager::check(const json& job) {
  const result<HttpResponse> answer = impl_->post("jobs/check", job);
  if (!answer) return answer.error();
  // Managers before 3.2 do not have the call.
  if (answer->status == 204 || answer->status == 200 || answer->status == 404) return {};
  return refused("would not accept the job", *answer);
}

result<Job> Manager::submit(const json& job) {
  const std::string key = text_of(job.value("metadata", json::object()), kSubmissionKey);
  if (impl_->stop.stop_requested()) return Error{errc::cancelled, {}};
  Error last;
  for (unsigned sending = 0; sending < kSendings; ++sending) {
    // Not to be stopped: whether the job exists by now could not be told.
    const result<HttpResponse> answer = impl_->post("jobs", job, {});
    if (answer && answer->status == 200) {
      const json made = json::parse(answer->body, nullptr, false);
      if (!text_of(made, "id").empty()) return read_job(made);
    } else if (!is_lost(answer)) {
      if (!answer) return answer.error();
      return refused("did not accept the job", *answer);
    }
    last = answer ? refused("did not accept the job", *answer) : answer.error();
    bool was_seen = false;
    for (unsigned look = 0; look < kLooks && !impl_->stop.stop_requested(); ++look) {
      const result<std::vector<Job>> all = jobs();
      if (all) {
        was_seen = true;
        for (const Job& each : *all) {
          if (text_of(each.whole.value("metadata", json::object()), kSubmissionKey) == key)
            return each;
        }
      }
      std::this_thread::sleep_for(kBetweenLooks);
    }
    if (!was_seen) break;
  }
  return Error{errc::unreachable, "the Manager may or may not have made the job (" +
                                      last.message() +
                                      "); check with `shaman job list` once it can be reached"};
}

result<std::vector<Job>> Manager::jobs() {
  result<json> list = impl_->list("jobs", "jobs", "its jobs");
  if (!list && list.error().code == errc::not_found) {
    // Before 3.6 it was another call.
    const result<HttpResponse> answer = impl_->post("jobs/query", json::object());
    if (!answer) return answer.error();
    const json object = json::parse(answer->body, nullptr, false);
    if (answer->status != 200 || !object.is_object() || !object.contains("jobs"))
      return list.error();
    list = success(object["jobs"]);
  }
  if (!list) return list.error();
  std::vector<Job> jobs;
  for (const json& each : *list) {
    jobs.push_back(read_job(each));
    if (jobs.back().id.empty()) return not_understood("its jobs");
  }
  return jobs;
}

result<Job> Manager::job(const std::string& id) {
  const result<HttpResponse> answer = impl_->get("jobs/" + client::percent_encoded(id));
  if (!answer) return answer.error();
  // What cannot be an id is 400; that nobody has it is what counts.
  const bool is_unknown = answer->status == 404 || answer->status == 400;
  if (is_unknown && !client::is_page(answer->body))
    return Error{errc::not_found, "the Manager at " + impl_->server.url.text() + " has no job " +
                                      text::in_quotes(id) + "; `shaman job list` lists all"};
  const std::string what = "the job " + text::in_quotes(id);
  if (answer->status != 200) return refused("did not show " + what, *answer);
  const json object = json::parse(answer->body, nullptr, false);
  if (!object.is_object()) return not_understood(what, *answer);
  return read_job(object);
}

result<std::vector<Task>> Manager::tasks(const std::string& job_id) {
  const result<json> list = impl_->list("jobs/" + client::percent_encoded(job_id) + "/tasks",
                                        "tasks", "the tasks of " + text::in_quotes(job_id));
  if (!list) return list.error();
  std::vector<Task> tasks;
  for (const json& each : *list) {
    if (!each.is_object()) continue;
    tasks.push_back({text_of(each, "id"), text_of(each, "name"), text_of(each, "status"),
                     text_of(each.value("worker", json::object()), "name")});
  }
  return tasks;
}

result<std::string> Manager::log_tail(const std::string& task_id) {
  const result<HttpResponse> answer =
      impl_->get("tasks/" + client::percent_encoded(task_id) + "/logtail");
  if (!answer) return answer.error();
  if (answer->status == 204) return std::string();
  if (answer->status != 200)
    return refused("did not show the log of the task " + text::in_quotes(task_id), *answer);
  return answer->body;
}

result<void> Manager::cancel(const std::string& job_id) {
  const result<HttpResponse> answer =
      impl_->post("jobs/" + client::percent_encoded(job_id) + "/setstatus",
                  {{"status", "cancel-requested"}, {"reason", "canceled with shaman"}});
  if (!answer) return answer.error();
  if (answer->status != 204 && answer->status != 200)
    return refused("did not cancel the job " + text::in_quotes(job_id), *answer);
  return {};
}

std::string this_platform() {
#if defined(_WIN32)
  return "windows";
#elif defined(__APPLE__)
  return "darwin";
#else
  return "linux";
#endif
}

}  // namespace shaman::manager
