// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/jobs/checkout_expiry.hpp"
#include "shaman/manager/manager.hpp"
#include "shaman/proxy/manager.hpp"

#include "async/task.hpp"
#include "flamenco/front/judgement/manager_paths.hpp"
#include "flamenco/front/judgement/repair.hpp"
#include "flamenco/front/upstream.hpp"
#include "http/response.hpp"
#include "server/exchange.hpp"

namespace shaman::proxy {

/// Judges one call that makes, deletes or restarts jobs, on its way to the Manager. Refuses the
/// call if the Manager cannot answer what the judgement depends on.
class JobCalls {
 public:
  JobCalls(http::Exchange& exchange, Upstream& upstream, const JobHooks& hooks);

  /// Call this before the request is forwarded. Returns the refusal, or nothing. If `body` is set
  /// afterwards, it replaces the body of the client.
  [[nodiscard]] http::Task<std::optional<http::Response>> judge(std::optional<std::string>& body);
  /// Call this when the Manager has answered the judged call.
  void answered(unsigned status) const;

  /// Whether repair_answer() must change the Manager's answer.
  [[nodiscard]] bool repairs_answer() const noexcept { return call_.kind == JobCall::question; }
  [[nodiscard]] http::Task<std::string> repair_answer(std::string answer);

 private:
  using Refusal = std::optional<http::Response>;
  [[nodiscard]] http::Task<Refusal> collect(std::string& text);
  [[nodiscard]] http::Task<Refusal> judge_submission(std::optional<std::string>& body);
  [[nodiscard]] http::Task<Refusal> judge_deletion();
  [[nodiscard]] http::Task<Refusal> judge_mass_deletion(std::optional<std::string>& body);
  [[nodiscard]] http::Task<Refusal> judge_erasure_by_manager(
      const std::vector<manager::Job>& doomed, const std::vector<manager::Job>* all);
  [[nodiscard]] http::Task<result<bool>> is_manager_shaman_off();
  [[nodiscard]] http::Task<result<std::vector<manager::Job>>> ask_for_jobs();
  [[nodiscard]] http::Task<Refusal> judge_status(std::optional<std::string>& body);
  [[nodiscard]] http::Task<result<std::optional<manager::Job>>> ask_for_job(const std::string& id);
  [[nodiscard]] http::Task<result<std::string>> ask_for_job_of_task();
  [[nodiscard]] http::Task<result<void>> ask_for_variables(JobRules& rules);
  template <class F>
  [[nodiscard]] http::Task<std::invoke_result_t<F&>> run(F work);
  [[nodiscard]] JobRules rules() const;

  http::Exchange& exchange_;
  Upstream& upstream_;
  const JobHooks& hooks_;
  const ManagerCall call_;
  std::shared_ptr<void> held_;  // keeps the job's checkouts until the Manager knows the job
  std::vector<jobs::DeletedJob> deleted_;
};

}  // namespace shaman::proxy
