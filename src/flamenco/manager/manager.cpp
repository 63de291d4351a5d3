// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/manager/manager.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "base/json_members.hpp"
#include "flamenco/manager/calls.hpp"
#include "http/client/network.hpp"
#include "http/client/retries.hpp"

namespace shaman::manager {

using client::HttpRequest;
using client::HttpResponse;
using nlohmann::json;

namespace {

constexpr std::size_t kLongestAnswer = std::size_t{256} << 20U;
// How long a Manager may take to list a new job after its answer was lost: it is compiling the job.
constexpr unsigned kLooks = 3;
constexpr std::chrono::seconds kBetweenLooks{1};
constexpr unsigned kSendings = 3;

std::string key_of(const json& job) {
  return text_of(job.value("metadata", json::object()), kSubmissionKey);
}

HttpRequest http_request(const Request& asked) {
  HttpRequest request;
  request.method = asked.method;
  request.path = asked.path;
  request.longest_answer = kLongestAnswer;
  if (asked.json.empty()) return request;
  request.headers = {{"Content-Type", "application/json"}};
  request.body_length = asked.json.size();
  request.open_body = [text = asked.json] {
    return result<std::unique_ptr<client::BodySource>>(std::make_unique<client::TextBody>(text));
  };
  return request;
}

// A proxy answers 502 or 504 if the Manager's own answer was lost.
bool is_lost(const result<HttpResponse>& answer) {
  if (!answer)
    return answer.error().code == errc::unreachable || answer.error().code == errc::protocol_error;
  return answer->status == 502 || answer->status == 504;
}

}  // namespace

bool Job::is_final() const {
  return status == "completed" || status == "failed" || status == "canceled";
}

struct Manager::Impl {
  Impl(client::Server where, std::stop_token stop_in)
      : server(std::move(where)), stop(std::move(stop_in)), network(1) {}

  // Each call has its own connection, because a kept one that turns out to be lost would send the
  // call again. A call may take long, but this first contact shows soon whether anything answers.
  result<void> meet() {
    if (has_met) return {};
    HttpRequest request;
    request.path = calls::version().request.path;
    const client::Network::Strand strand = network.make_strand();
    client::HttpConnection connection(strand, server);
    const result<HttpResponse> answer = network.run<HttpResponse>(strand, stop, [&] {
      return client::exchange_patiently(connection, request, client::kFirstContact);
    });
    // The call itself reports a server that does not speak HTTP.
    if (!answer && answer.error().code != errc::protocol_error) return answer.error();
    has_met = true;
    return {};
  }

  result<HttpResponse> exchange(const Request& asked, const std::stop_token& until) {
    if (const result<void> met = meet(); !met) return met.error();
    const HttpRequest request = http_request(asked);
    const client::Network::Strand strand = network.make_strand();
    client::HttpConnection connection(strand, server);
    return network.run<HttpResponse>(strand, until, [&] {
      return asked.is_repeatable()
                 ? client::exchange_patiently(connection, request, client::kShortPatience)
                 : connection.exchange(request);
    });
  }

  template <class T>
  result<T> ask(const Call<T>& call) {
    result<HttpResponse> answer = exchange(call.request, stop);
    if (const Request* const older = answer ? call.instead(*answer) : nullptr)
      answer = exchange(*older, stop);
    if (!answer) return answer.error();
    return call.decode(*answer);
  }

  // The job whose answer was lost; nothing if the Manager does not have it. An error if the Manager
  // does not list its jobs.
  result<std::optional<Job>> look_for(const std::string& key) {
    result<std::optional<Job>> found = Error{errc::unreachable, {}};
    for (unsigned look = 0; look < kLooks && !stop.stop_requested(); ++look) {
      if (const result<std::vector<Job>> all = ask(calls::jobs())) {
        const auto job =
            std::ranges::find(*all, key, [](const Job& each) { return key_of(each.whole); });
        if (job != all->end()) return std::optional(*job);
        found = std::optional<Job>();
      }
      std::this_thread::sleep_for(kBetweenLooks);
    }
    return found;
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
  return impl_->ask(calls::version());
}

std::string SharedStorage::root() const {
  std::string folder = location;
  while (folder.size() > 1 && folder.ends_with('/'))
    folder.pop_back();
  if (is_shaman_enabled && folder.ends_with("/jobs")) folder.resize(folder.size() - 5);
  return folder;
}

result<Configuration> Manager::configuration() {
  return impl_->ask(calls::configuration());
}

result<ConfigurationFile> Manager::configuration_file() {
  return impl_->ask(calls::configuration_file());
}

result<FolderCheck> Manager::check_folder(const std::string& path) {
  return impl_->ask(calls::check_folder(path));
}

result<std::vector<JobType>> Manager::job_types() {
  auto types = impl_->ask(calls::job_types());
  // A file store without a Manager reports no job types, or does not know the call.
  const bool is_none = types ? types->empty() : types.error().code == errc::not_found;
  if (is_none)
    return Error{errc::invalid_argument,
                 "there is no Flamenco Manager at " + impl_->server.url.text() +
                     ": a file store without a Manager makes checkouts, but no jobs. Use the "
                     "address of the Manager, or ask the farm's admin"};
  return types;
}

result<std::vector<Tag>> Manager::tags() {
  return impl_->ask(calls::tags());
}

result<SharedStorage> Manager::shared_storage(const std::string& audience,
                                              const std::string& platform) {
  return impl_->ask(calls::shared_storage(audience, platform));
}

result<Variables> Manager::variables(const std::string& audience, const std::string& platform) {
  return impl_->ask(calls::variables(audience, platform));
}

result<void> Manager::check(const json& job) {
  return impl_->ask(calls::check(job));
}

result<Job> Manager::submit(const json& job) {
  const std::string key = key_of(job);
  const Call<Job> call = calls::submit(job);
  if (impl_->stop.stop_requested()) return Error{errc::cancelled, {}};
  Error last;
  for (unsigned sending = 0; sending < kSendings; ++sending) {
    // Ignores the stop request: after a stop, nobody would know whether the job exists.
    const result<HttpResponse> answer = impl_->exchange(call.request, {});
    auto made = answer ? call.decode(*answer) : result<Job>(answer.error());
    const bool may_be_made = is_lost(answer) || (answer && answer->status == 200);
    if (made || !may_be_made) return made;
    last = made.error();
    auto found = impl_->look_for(key);
    if (!found) break;
    if (*found) return **std::move(found);
  }
  return Error{errc::unreachable, "the Manager may or may not have made the job (" +
                                      last.message() +
                                      "); check with `shaman job list` once the Manager answers"};
}

result<std::vector<Job>> Manager::jobs() {
  return impl_->ask(calls::jobs());
}

result<Job> Manager::job(const std::string& id) {
  auto job = impl_->ask(calls::job(id));
  if (!job && job.error().code == errc::not_found)
    return Error{errc::not_found, job.error().message() + "; `shaman job list` lists all at " +
                                      impl_->server.url.text()};
  return job;
}

result<std::vector<Task>> Manager::tasks(const std::string& job_id) {
  return impl_->ask(calls::tasks(job_id));
}

result<std::string> Manager::log_tail(const std::string& task_id) {
  return impl_->ask(calls::log_tail(task_id));
}

result<void> Manager::cancel(const std::string& job_id) {
  return impl_->ask(calls::cancel(job_id));
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
