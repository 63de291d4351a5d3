// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/judgement/job_calls.hpp"

#include <algorithm>
#include <utility>

#include "shaman/text.hpp"

#include "flamenco/front/judgement/deletion.hpp"
#include "flamenco/front/judgement/restart.hpp"
#include "flamenco/front/question.hpp"
#include "flamenco/manager/calls.hpp"
#include "flamenco/manager/words.hpp"
#include "server/access/admission.hpp"
#include "server/content_coding.hpp"
#include "server/read_json_body.hpp"
#include "server/run_for_client.hpp"

namespace shaman::proxy {
namespace {

using http::Response;
using http::Task;

// Far more than the settings of any job type need.
constexpr std::size_t kMostBytes = std::size_t{4} << 20;

Response too_large() {
  return Response::error(413, "a job may have at most " + std::to_string(kMostBytes) + " bytes");
}

// The client must not take an error about another question for the answer to its own call.
Error unclear(const Upstream& upstream, const Error& why) {
  return {errc::protocol_error, why.message() +
                                    "; try again later, or check the Flamenco Manager at " +
                                    upstream.address().authority()};
}

}  // namespace

JobCalls::JobCalls(http::Exchange& exchange, Upstream& upstream, const JobHooks& hooks)
    : exchange_(exchange), upstream_(upstream), hooks_(hooks), call_(call_of(exchange.head)) {}

// Ignores placeholders until ask_for_variables() has their values. For a principal that may enter
// every checkout, they do not matter.
JobRules JobCalls::rules() const {
  Checkouts& checkouts = exchange_.services.checkouts;
  const Requester& requester = exchange_.requester;
  JobRules rules;
  rules.place_of = [&checkouts, &requester](const std::string& path) {
    return checkouts.place_of(path, requester);
  };
  rules.led_into = [&checkouts, &requester](const std::vector<WrittenPath>& paths, Effort& effort) {
    return checkouts.led_into(paths, requester, effort);
  };
  for (const auto& [platform, path] : exchange_.options.jobs_location)
    rules.farm.locations.push_back(path);
  rules.farm.ignores_placeholders = true;
  rules.maker = Checkouts::maker_of(requester);
  rules.knows_all = requester.knows_all;
  rules.has_makers = exchange_.options.access != nullptr;
  return rules;
}

Task<JobCalls::Refusal> JobCalls::judge(std::optional<std::string>& body) {
  if (call_.kind == JobCall::other) co_return std::nullopt;
  if (!call_.is_plain)
    co_return Response::error(400,
                              "write this address without % escapes, with no slash at its end, "
                              "and with a job's id of letters, digits and hyphens");
  switch (call_.kind) {
    case JobCall::submission:
    case JobCall::check:
      co_return co_await judge_submission(body);
    case JobCall::deletion:
      co_return co_await judge_deletion();
    case JobCall::mass_deletion:
      co_return co_await judge_mass_deletion(body);
    case JobCall::job_status:
    case JobCall::task_status:
      co_return co_await judge_status(body);
    default:
      co_return std::nullopt;
  }
}

void JobCalls::answered(unsigned status) const {
  const bool changes = call_.kind == JobCall::submission || call_.kind == JobCall::deletion ||
                       call_.kind == JobCall::mass_deletion;
  if ((status == 200 || status == 204) && changes && hooks_.changed) hooks_.changed(deleted_);
}

// This server parses the body, so a label that promises another format is refused.
Task<JobCalls::Refusal> JobCalls::collect(std::string& text) {
  if (auto refused = http::refuse_other_than_json(exchange_)) co_return std::move(refused);
  if (auto refused = http::accept_coding(exchange_, http::Codings::none))
    co_return std::move(refused);
  if (exchange_.head.content_length.value_or(0) > kMostBytes) co_return too_large();
  http::JsonBody json;
  if (auto failed = co_await http::read_json_body(exchange_, json)) co_return std::move(failed);
  json.append_to(text);
  if (text.size() > kMostBytes) co_return too_large();
  co_return std::nullopt;
}

// A client occupies at most one of the threads for judgements, so that many submissions of one
// client do not delay the jobs and calls of others.
template <class F>
Task<std::invoke_result_t<F&>> JobCalls::run(F work) {
  return http::run_on(exchange_.services.pools.judgements, exchange_.connection, std::move(work));
}

Task<JobCalls::Refusal> JobCalls::judge_submission(std::optional<std::string>& body) {
  std::string text;
  if (auto refused = co_await collect(text)) co_return std::move(refused);
  JobRules rules = this->rules();
  // Refuses malformed jobs even if the Manager cannot be reached.
  const auto read = co_await run([&text] { return read_job(text); });
  if (!read) co_return Response::error(read.error());
  text = {};
  const auto off = co_await is_manager_shaman_off();
  if (!off) co_return Response::error(off.error());
  rules.manager_shaman_is_off = off.value();
  if (const auto asked = co_await ask_for_variables(rules); !asked)
    co_return Response::error(asked.error());
  auto job = co_await run([&] { return repair_job(*read, rules); });
  if (!job) co_return Response::error(job.error());
  if (call_.kind == JobCall::submission && hooks_.hold && !job->checkouts.empty()) {
    held_ = hooks_.hold(job->checkouts);
    // Judges again, because now the checkouts cannot be erased before the Manager knows the job.
    const std::vector<std::string> checkouts = std::move(job->checkouts);
    job = co_await run([&] { return repair_job(*read, rules); });
    if (!job) co_return Response::error(job.error());
    if (job->checkouts != checkouts)
      co_return Response::error(
          409, "a checkout of the job was made or erased in the meantime: try again");
  }
  body = std::move(job->json);
  co_return std::nullopt;
}

Task<JobCalls::Refusal> JobCalls::judge_deletion() {
  const auto job = co_await ask_for_job(call_.id);
  if (!job) co_return Response::error(job.error());
  if (!job->has_value()) co_return std::nullopt;  // the Manager reports the error
  JobRules rules = this->rules();
  if (const auto asked = co_await ask_for_variables(rules); !asked)
    co_return Response::error(asked.error());
  auto judged = co_await run([&job, &rules] { return proxy::judge_deletion(**job, rules); });
  if (!judged) co_return Response::error(judged.error());
  const std::vector<manager::Job> doomed{**job};
  if (auto refused = co_await judge_erasure_by_manager(doomed, nullptr))
    co_return std::move(refused);
  deleted_.push_back(*std::move(judged));
  co_return std::nullopt;
}

Task<JobCalls::Refusal> JobCalls::judge_mass_deletion(std::optional<std::string>& body) {
  std::string text;
  if (auto refused = co_await collect(text)) co_return std::move(refused);
  auto order = read_mass_deletion(text);
  if (!order) co_return Response::error(order.error());
  const auto all = co_await ask_for_jobs();
  if (!all) co_return Response::error(all.error());
  const auto doomed = doomed_by(*order, *all);
  if (!doomed) co_return Response::error(doomed.error());
  const JobRules rules = this->rules();
  const auto judged = co_await run([&]() -> result<std::vector<jobs::DeletedJob>> {
    std::vector<jobs::DeletedJob> deleted;
    for (const manager::Job& job : *doomed) {
      auto each = proxy::judge_deletion(job, rules);
      if (!each) return each.error();
      deleted.push_back(*std::move(each));
    }
    return deleted;
  });
  if (!judged) co_return Response::error(judged.error());
  if (auto refused = co_await judge_erasure_by_manager(*doomed, &*all))
    co_return std::move(refused);
  deleted_ = *judged;
  body = std::move(order->json);
  co_return std::nullopt;
}

// The Manager stores an id only for jobs that did not come through this server.
Task<JobCalls::Refusal> JobCalls::judge_erasure_by_manager(const std::vector<manager::Job>& doomed,
                                                           const std::vector<manager::Job>* all) {
  const bool has_id = std::ranges::any_of(
      doomed, [](const manager::Job& job) { return !checkout_id_of(job).empty(); });
  if (!has_id) co_return std::nullopt;
  const auto off = co_await is_manager_shaman_off();
  if (!off) co_return Response::error(off.error());
  if (off.value()) co_return std::nullopt;
  std::vector<manager::Job> asked;
  if (all == nullptr) {
    auto jobs = co_await ask_for_jobs();
    if (!jobs) co_return Response::error(jobs.error());
    asked = *std::move(jobs);
    all = &asked;
  }
  JobRules rules = this->rules();
  rules.farm.ignores_placeholders = false;
  const auto reason =
      co_await run([&doomed, &all, &rules] { return reason_against_erasure(doomed, *all, rules); });
  if (!reason) co_return Response::error(reason.error());
  if (reason->has_value()) co_return Response::error(409, **reason);
  co_return std::nullopt;
}

// Asks each time, because a change of the Manager's configuration does not restart this server.
Task<result<bool>> JobCalls::is_manager_shaman_off() {
  const auto call = manager::calls::configuration();
  const auto answer = co_await ask_manager(upstream_, exchange_.connection, call.request);
  if (!answer) co_return answer.error();
  const auto configuration = call.decode(*answer);
  if (!configuration) co_return unclear(upstream_, configuration.error());
  co_return !configuration->storage.is_shaman_enabled;
}

// Forwards the call unjudged if the principal may enter every checkout.
Task<JobCalls::Refusal> JobCalls::judge_status(std::optional<std::string>& body) {
  JobRules rules = this->rules();
  if (rules.knows_all) co_return std::nullopt;
  std::string text;
  if (auto refused = co_await collect(text)) co_return std::move(refused);
  auto change = read_status_change(text);
  if (!change) co_return Response::error(change.error());
  body = std::move(change->json);
  if (!change->may_run) co_return std::nullopt;
  std::string id = call_.id;
  if (call_.kind == JobCall::task_status) {
    auto found = co_await ask_for_job_of_task();
    if (!found) co_return Response::error(found.error());
    id = *std::move(found);
  }
  if (id.empty()) co_return std::nullopt;  // the Manager reports the error
  const auto job = co_await ask_for_job(id);
  if (!job) co_return Response::error(job.error());
  if (!job->has_value()) co_return std::nullopt;
  if (const auto asked = co_await ask_for_variables(rules); !asked)
    co_return Response::error(asked.error());
  const auto judged = co_await run([&job, &rules] { return judge_restart(**job, rules); });
  if (!judged) co_return Response::error(judged.error());
  co_return std::nullopt;
}

// Empty if there is no such task.
Task<result<std::string>> JobCalls::ask_for_job_of_task() {
  const auto call = manager::calls::job_of_task(call_.id);
  const auto answer = co_await ask_manager(upstream_, exchange_.connection, call.request);
  if (!answer) co_return result<std::string>(answer.error());
  auto job = call.decode(*answer);
  if (job) co_return job;
  if (job.error().code == errc::not_found) co_return std::string();
  co_return result<std::string>(unclear(upstream_, job.error()));
}

// If the Manager reports no variables, each placeholder may stand for anything.
Task<result<void>> JobCalls::ask_for_variables(JobRules& rules) {
  if (rules.knows_all) co_return result<void>();
  rules.farm.ignores_placeholders = false;
  for (const char* const platform : manager::kPlatforms) {
    const auto call = manager::calls::variables("workers", platform);
    const auto answer = co_await ask_manager(upstream_, exchange_.connection, call.request);
    if (!answer) co_return result<void>(answer.error());
    if (auto variables = call.decode(*answer))
      rules.farm.variables.push_back(*std::move(variables));
  }
  co_return result<void>();
}

// Nothing if there is no such job.
Task<result<std::optional<manager::Job>>> JobCalls::ask_for_job(const std::string& id) {
  using Found = result<std::optional<manager::Job>>;
  const auto call = manager::calls::job(id);
  const auto answer = co_await ask_manager(upstream_, exchange_.connection, call.request);
  if (!answer) co_return Found(answer.error());
  auto job = call.decode(*answer);
  if (job) co_return Found(*std::move(job));
  if (job.error().code == errc::not_found) co_return Found(std::nullopt);
  co_return Found(unclear(upstream_, job.error()));
}

Task<result<std::vector<manager::Job>>> JobCalls::ask_for_jobs() {
  const auto call = manager::calls::jobs();
  auto answer = co_await ask_manager(upstream_, exchange_.connection, call.request);
  if (const auto* const older = answer ? call.instead(*answer) : nullptr)
    answer = co_await ask_manager(upstream_, exchange_.connection, *older);
  if (!answer) co_return answer.error();
  auto jobs = call.decode(*answer);
  if (!jobs) co_return unclear(upstream_, jobs.error());
  co_return jobs;
}

// The Manager answers for itself, but this server erases the checkouts.
Task<std::string> JobCalls::repair_answer(std::string answer) {
  const auto job = co_await ask_for_job(call_.id);
  if (!job || !job->has_value()) co_return answer;
  const auto all = co_await ask_for_jobs();
  if (!all) co_return answer;
  JobRules rules = this->rules();
  rules.farm.ignores_placeholders = false;
  const auto goes =
      co_await run([&job, &all, &rules] { return has_own_checkout(**job, *all, rules); });
  if (!goes) co_return answer;
  co_return repair_answer_about_deletion(answer, goes.value());
}

}  // namespace shaman::proxy
