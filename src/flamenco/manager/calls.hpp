// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "shaman/error.hpp"
#include "shaman/manager/job_type.hpp"
#include "shaman/manager/manager.hpp"

#include "http/client/http_message.hpp"

/// The one table of what is asked of a Flamenco Manager: each call's request, and what an answer to
/// it means. Sans-I/O: Manager sends the calls and waits, the proxy sends them within a client's
/// request (design/0085).
namespace shaman::manager {

struct Request {
  std::string method;
  std::string path;
  std::string json{};  ///< the body; empty: none

  /// Asking twice changes nothing.
  [[nodiscard]] bool is_repeatable() const { return method == "GET"; }
};

/// Of any server that answers in a Manager's place, too.
using Answer = client::HttpResponse;

template <class T>
struct Call {
  Request request;
  /// errc::bad_answer, with the Manager's words: it refuses, or the answer is of another shape than
  /// every Manager gives it. errc::not_found: it does not have that, or not the call.
  /// errc::not_let_in: who is in between wants a login. errc::malformed_request: what the job was
  /// given is against the Manager's rules. errc::unreachable: a
  /// server in between answers, and says that the Manager does not.
  std::function<result<T>(const Answer&)> decode;
  /// What older Managers have in place of the call. Its answer is decoded in the same way.
  std::optional<Request> older{};

  /// What is to be asked after this answer; null: nothing, the answer counts.
  [[nodiscard]] const Request* instead(const Answer& answer) const {
    return answer.status == 404 && older ? &*older : nullptr;
  }
};

namespace calls {

/// Empty where the Manager does not tell it: that is for check_manager() to say.
[[nodiscard]] Call<Version> version();
[[nodiscard]] Call<Configuration> configuration();
/// Since 3.5 or so.
[[nodiscard]] Call<ConfigurationFile> configuration_file();
[[nodiscard]] Call<FolderCheck> check_folder(const std::string& path);
[[nodiscard]] Call<SharedStorage> shared_storage(const std::string& audience,
                                                 const std::string& platform);
[[nodiscard]] Call<Variables> variables(const std::string& audience, const std::string& platform);

[[nodiscard]] Call<std::vector<JobType>> job_types();
[[nodiscard]] Call<std::vector<Tag>> tags();

/// Since 3.2; an older Manager has nothing against any job.
[[nodiscard]] Call<void> check(const nlohmann::json& job);
[[nodiscard]] Call<Job> submit(const nlohmann::json& job);
[[nodiscard]] Call<std::vector<Job>> jobs();
[[nodiscard]] Call<Job> job(const std::string& id);
[[nodiscard]] Call<void> cancel(const std::string& job_id);

[[nodiscard]] Call<std::vector<Task>> tasks(const std::string& job_id);
/// The id of the job that a task belongs to.
[[nodiscard]] Call<std::string> job_of_task(const std::string& task_id);
[[nodiscard]] Call<std::string> log_tail(const std::string& task_id);

}  // namespace calls
}  // namespace shaman::manager
