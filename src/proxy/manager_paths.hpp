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

/// Where files go, as a Manager tells clients.
[[nodiscard]] inline bool tells_location(const http::RequestHead& head) {
  return head.method() == "GET" &&
         (path_of(head) == "/api/v3/configuration" ||
          head.target().starts_with("/api/v3/configuration/shared-storage/"));
}

}  // namespace shaman::proxy
