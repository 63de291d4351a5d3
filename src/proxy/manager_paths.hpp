// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "http/request_head.hpp"

/// Which of a Manager's calls are looked into.
namespace shaman::proxy {

[[nodiscard]] inline std::string_view path_of(const http::RequestHead& head) {
  return head.target().substr(0, head.target().find('?'));
}

[[nodiscard]] inline bool is_job_submission(const http::RequestHead& head) {
  return head.method() == "POST" && path_of(head) == "/api/v3/jobs";
}

/// Deletes one job: its id. Empty: another call.
[[nodiscard]] inline std::string_view deleted_job(const http::RequestHead& head) {
  constexpr std::string_view kJobs = "/api/v3/jobs/";
  std::string_view path = path_of(head);
  if (head.method() != "DELETE" || !path.starts_with(kJobs)) return {};
  path.remove_prefix(kJobs.size());
  return path.find('/') == std::string_view::npos && path != "mass-delete" ? path
                                                                           : std::string_view();
}

/// Asks what would go with a job if it were deleted: the job's id. Empty: another call.
[[nodiscard]] inline std::string_view asked_of_deletion(const http::RequestHead& head) {
  constexpr std::string_view kJobs = "/api/v3/jobs/";
  constexpr std::string_view kQuestion = "/what-would-delete-do";
  std::string_view path = path_of(head);
  if (head.method() != "GET" || !path.starts_with(kJobs) || !path.ends_with(kQuestion) ||
      path.size() <= kJobs.size() + kQuestion.size())
    return {};
  path.remove_prefix(kJobs.size());
  path.remove_suffix(kQuestion.size());
  return path.find('/') == std::string_view::npos ? path : std::string_view();
}

/// May make or delete jobs.
[[nodiscard]] inline bool changes_jobs(const http::RequestHead& head) {
  return is_job_submission(head) ||
         (head.method() == "DELETE" && path_of(head).starts_with("/api/v3/jobs/"));
}

/// Where files go, as a Manager tells clients.
[[nodiscard]] inline bool tells_location(const http::RequestHead& head) {
  return head.method() == "GET" &&
         (path_of(head) == "/api/v3/configuration" ||
          head.target().starts_with("/api/v3/configuration/shared-storage/"));
}

}  // namespace shaman::proxy
