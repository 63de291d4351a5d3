// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/request_head.hpp"

/// The Manager's calls that this server judges or changes (docs/managers.md has the table of all
/// calls). Sans-I/O.
namespace shaman::proxy {

enum class JobCall : std::uint8_t {
  other,          ///< forwarded unchanged
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
  std::string id{};  ///< the job's id; for task_status, the task's
  /// The address is spelled in the one way that all Managers read alike: no `%`, no slash at the
  /// end, an id of letters, digits and `-`.
  bool is_plain = true;
};

/// Classifies a request by its decoded path, so that no spelling of an address escapes the rules.
[[nodiscard]] ManagerCall call_of(const http::RequestHead& head);

/// Whether a header asks the Manager's framework to use another method than the request line.
[[nodiscard]] bool overrides_method(const http::RequestHead& head);

/// Whether the answer says where the Manager's files are (repair_location).
[[nodiscard]] bool tells_location(const http::RequestHead& head);

}  // namespace shaman::proxy
