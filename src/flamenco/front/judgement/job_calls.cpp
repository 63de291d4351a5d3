// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/judgement/job_calls.hpp"

#include <algorithm>
#include <utility>

#include "shaman/text.hpp"

#include "flamenco/front/judgement/deletion.hpp"
#include "flamenco/front/question.hpp"
#include "server/access/admission.hpp"
#include "server/collect_json.hpp"
#include "server/run_for_client.hpp"

namespace shaman::proxy {
namespace {

using http::Response;
using http::Task;

// Of a job; far more than any job type has settings for.
constexpr std::size_t kMostBytes = std::size_t{4} << 20;

Response too_large() {
  return Response::error(413, "a job may have at most " + std::to_string(kMostBytes) + " bytes");
}

Error unclear(const Upstream& upstream, const std::string& what, unsigned status) {
  return {errc::unreachable, "the Flamenco Manager at " + upstream.address().authority() +
                                 " does not tell " + what + " (it answered " +
                                 std::to_string(status) + "); try again later"};
}

}  // namespace

JobCalls::JobCalls(http::Exchange& exchange, Upstream& upstream, const JobHooks& hooks)
    : exchange_(exchange), upstream_(upstream), hooks_(hooks), call_(call_of(exchange.head)) {}

PlaceOf JobCalls::place_of() const {
  return [&checkouts = exchange_.services.checkouts, &asker = exchange_.asker](
             const std::string& path) { return checkouts.place_of(path, asker); };
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
    default:
      co_return std::nullopt;
  }
}

void JobCalls::answered(unsigned status) const {
  const bool changes = call_.kind != JobCall::other && call_.kind != JobCall::check &&
                       call_.kind != JobCall::question;
  if ((status == 200 || status == 204) && changes && hooks_.changed) hooks_.changed(deleted_);
}

// A body that this server has to understand must come as what it says that it is.
Task<JobCalls::Refusal> JobCalls::collect(std::string& text) {
  if (auto refused = http::refuse_other_than_json(exchange_)) co_return std::move(refused);
  const std::string_view coding = exchange_.head.header("Content-Encoding");
  if (!coding.empty() && !text::is_same_but_for_case(coding, "identity"))
    co_return Response::error(415, "the body must come as it is, without a Content-Encoding");
  if (exchange_.head.content_length.value_or(0) > kMostBytes) co_return too_large();
  http::JsonBody json;
  if (auto failed = co_await http::collect_json(exchange_, json)) co_return std::move(failed);
  json.append_to(text);
  if (text.size() > kMostBytes) co_return too_large();
  co_return std::nullopt;
}

Task<JobCalls::Refusal> JobCalls::judge_submission(std::optional<std::string>& body) {
  std::string text;
  if (auto refused = co_await collect(text)) co_return std::move(refused);
  WorkerPool& pool = exchange_.services.pools.requests;
  JobRules rules;
  rules.place_of = place_of();
  rules.find_others = [&checkouts = exchange_.services.checkouts,
                       &asker = exchange_.asker](const std::vector<std::string>& paths) {
    return checkouts.find_others(paths, asker);
  };
  // What is refused in any case is refused though the Manager is away.
  auto repaired = co_await http::run_on(pool, exchange_.connection,
                                        [&text, &rules] { return repair_job(text, rules); });
  if (!repaired) co_return Response::error(repaired.error());
  const auto off = co_await is_manager_shaman_off();
  if (!off) co_return Response::error(off.error());
  const bool makes_job = call_.kind == JobCall::submission;
  if (makes_job && hooks_.hold) held_ = hooks_.hold(repaired->checkouts);
  // Again, now that they cannot be erased before the Manager knows the job.
  rules.manager_shaman_is_off = off.value();
  const std::vector<std::string> checkouts = std::move(repaired->checkouts);
  repaired = co_await http::run_on(pool, exchange_.connection,
                                   [&text, &rules] { return repair_job(text, rules); });
  if (!repaired) co_return Response::error(repaired.error());
  if (repaired->checkouts != checkouts)
    co_return Response::error(409, "a checkout of the job was made or erased meanwhile: try again");
  body = std::move(repaired->json);
  co_return std::nullopt;
}

Task<JobCalls::Refusal> JobCalls::judge_deletion() {
  const auto job = co_await ask_for_job();
  if (!job) co_return Response::error(job.error());
  if (!job->has_value()) co_return std::nullopt;  // the Manager says what is wrong
  const PlaceOf places = place_of();
  auto judged =
      co_await http::run_on(exchange_.services.pools.requests, exchange_.connection,
                            [&job, &places] { return proxy::judge_deletion(**job, places); });
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
  const PlaceOf places = place_of();
  const auto judged = co_await http::run_on(exchange_.services.pools.requests, exchange_.connection,
                                            [&]() -> result<std::vector<jobs::DeletedJob>> {
                                              std::vector<jobs::DeletedJob> deleted;
                                              for (const manager::Job& job : *doomed) {
                                                auto each = proxy::judge_deletion(job, places);
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

// Only jobs that did not come through this server have an id at the Manager.
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
  const PlaceOf places = place_of();
  const auto reason = co_await http::run_on(
      exchange_.services.pools.requests, exchange_.connection,
      [&doomed, &all, &places] { return reason_against_erasure(doomed, *all, places); });
  if (!reason) co_return Response::error(reason.error());
  if (reason->has_value()) co_return Response::error(409, **reason);
  co_return std::nullopt;
}

// Asked anew each time: who changes the Manager's configuration does not restart this server.
Task<result<bool>> JobCalls::is_manager_shaman_off() {
  const Question question{"GET", "/api/v3/configuration", {}};
  const auto answer = co_await ask_manager(upstream_, exchange_.connection, question);
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return unclear(upstream_, "its configuration", answer->status);
  co_return repair_location(answer->body) != answer->body;
}

// Nothing where there is no such job.
Task<result<std::optional<manager::Job>>> JobCalls::ask_for_job() {
  using Found = result<std::optional<manager::Job>>;
  const Question question{"GET", "/api/v3/jobs/" + call_.job_id, {}};
  const auto answer = co_await ask_manager(upstream_, exchange_.connection, question);
  if (!answer) co_return Found(answer.error());
  if (answer->status == 404 || answer->status == 400) co_return Found(std::nullopt);
  if (answer->status != 200) co_return Found(unclear(upstream_, "what the job is", answer->status));
  auto job = read_job_answer(answer->body);
  if (!job) co_return Found(job.error());
  co_return Found(*std::move(job));
}

Task<result<std::vector<manager::Job>>> JobCalls::ask_for_jobs() {
  const Question question{"GET", "/api/v3/jobs", {}};
  auto answer = co_await ask_manager(upstream_, exchange_.connection, question);
  if (answer && answer->status == 404) {
    // Before 3.6 it was another call.
    const Question query{"POST", "/api/v3/jobs/query", "{}"};
    answer = co_await ask_manager(upstream_, exchange_.connection, query);
  }
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return unclear(upstream_, "its jobs", answer->status);
  co_return read_jobs(answer->body);
}

// The Manager tells of what it would do; it is this server that erases checkouts.
Task<std::string> JobCalls::repair_answer(std::string answer) {
  const auto job = co_await ask_for_job();
  if (!job || !job->has_value()) co_return answer;
  const auto all = co_await ask_for_jobs();
  if (!all) co_return answer;
  const PlaceOf places = place_of();
  const auto goes = co_await http::run_on(
      exchange_.services.pools.requests, exchange_.connection,
      [&job, &all, &places] { return has_own_checkout(**job, *all, places); });
  if (!goes) co_return answer;
  co_return repair_answer_about_deletion(answer, goes.value());
}

}  // namespace shaman::proxy
