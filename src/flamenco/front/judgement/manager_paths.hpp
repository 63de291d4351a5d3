// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/request_head.hpp"

/// Which of a Manager's calls are looked into (docs/managers.md has the table of all of them).
/// Sans-I/O.
namespace shaman::proxy {

enum class JobCall : std::uint8_t {
  other,          ///< passes as it comes
  submission,     ///< `POST jobs`
  check,          ///< `POST jobs/check`
  deletion,       ///< `DELETE jobs/{id}`
  mass_deletion,  ///< `DELETE jobs/mass-delete`
  question,       ///< `GET jobs/{id}/what-would-delete-do`
  job_status,     ///< `POST jobs/{id}/setstatus`
  task_status,    ///< `POST tasks/{id}/setstatus`
};

struct ManagerCall {
  JobCall kind = JobCall::other;
  std::string id{};  ///< a job's; of a task's status, the task's
  /// The address is spelled in the one way that every Manager reads alike: no `%`, no slash at its
  /// end, an id of letters, digits and `-`.
  bool is_plain = true;
};

/// By the decoded path, so that no spelling of an address gets past the rules for it.
[[nodiscard]] ManagerCall call_of(const http::RequestHead& head);

/// A header by which some frameworks take a request for one of another method.
[[nodiscard]] bool overrides_method(const http::RequestHead& head);

/// Where files go, as a Manager tells clients.
[[nodiscard]] bool tells_location(const http::RequestHead& head);

}  // namespace shaman::proxy
