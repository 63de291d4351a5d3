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

/// All calls to a Flamenco Manager: the request of each, and how to read its answer. Sans-I/O:
/// class Manager sends the calls and waits, and the proxy sends them within a client's request
/// (design/0085).
namespace shaman::manager {

struct Request {
  std::string method;
  std::string path;
  std::string json{};  ///< the body; empty: none

  /// Whether the request may be sent twice without harm.
  [[nodiscard]] bool is_repeatable() const { return method == "GET"; }
};

/// Also an answer of another server in the Manager's place.
using Answer = client::HttpResponse;

template <class T>
struct Call {
  Request request;
  /// errc::protocol_error: the Manager refuses, and the error has its words; or the answer has
  /// another form than that of all known Managers. errc::not_found: the Manager does not have the
  /// thing, or does not know the call. errc::access_denied: a server in between demands a login.
  /// errc::invalid_argument: the job's values break the Manager's rules. errc::unreachable: a
  /// server in between answers that the Manager does not.
  std::function<result<T>(const Answer&)> decode;
  /// The call that older Managers have instead. Its answer is decoded in the same way.
  std::optional<Request> older{};

  /// The request to send after this answer; null if the answer counts.
  [[nodiscard]] const Request* instead(const Answer& answer) const {
    return answer.status == 404 && older ? &*older : nullptr;
  }
};

namespace calls {

/// The members are empty if the Manager does not report them; check_manager() says so.
[[nodiscard]] Call<Version> version();
[[nodiscard]] Call<Configuration> configuration();
/// Managers since about 3.5 have this call.
[[nodiscard]] Call<ConfigurationFile> configuration_file();
[[nodiscard]] Call<FolderCheck> check_folder(const std::string& path);
[[nodiscard]] Call<SharedStorage> shared_storage(const std::string& audience,
                                                 const std::string& platform);
[[nodiscard]] Call<Variables> variables(const std::string& audience, const std::string& platform);

[[nodiscard]] Call<std::vector<JobType>> job_types();
[[nodiscard]] Call<std::vector<Tag>> tags();

/// Managers since 3.2 have this call. For an older one, every job passes.
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
