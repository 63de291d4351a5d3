// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/judgement/roles.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "server/access/authorization.hpp"

namespace shaman::proxy {
namespace {

using auth::Role;

enum class Calls : std::uint8_t { all, reading, changing };

struct Rule {
  Calls calls;
  std::string_view path;  // with a slash at its end: all paths below it
  Role role;
};

// The first matching rule counts. The last one reserves for admins what newer Managers add.
constexpr std::array<Rule, 8> kRules{{
    {Calls::all, "/api/v3/worker/", Role::worker},
    {Calls::all, "/api/v3/configuration/file", Role::admin},  // contains passwords
    {Calls::all, "/debug/", Role::admin},
    {Calls::changing, "/api/v3/tasks/", Role::submit},
    {Calls::changing, "/socket.io/", Role::worker},
    {Calls::reading, "/api/v3/configuration/check/", Role::admin},  // runs programs
    {Calls::reading, "/", Role::worker},
    {Calls::all, "/", Role::admin},
}};

// The calls by which artists change jobs in all known Managers; `{}` is a job's id.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kJobCalls{{
    {"POST", "/api/v3/jobs"},
    {"POST", "/api/v3/jobs/check"},
    {"POST", "/api/v3/jobs/query"},
    {"POST", "/api/v3/jobs/{}/setstatus"},
    {"POST", "/api/v3/jobs/{}/setpriority"},
    {"POST", "/api/v3/jobs/{}/settag"},
    {"DELETE", "/api/v3/jobs/{}"},
    {"DELETE", "/api/v3/jobs/{}/blocklist"},
}};

bool is_reading(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

// Paths that a Manager may read differently from this server.
bool is_ambiguous(const std::vector<std::string>& segments) {
  return std::ranges::any_of(segments,
                             [](const std::string& segment) {
                               return segment.find_first_of("/\\") != std::string::npos;
                             }) ||
         std::any_of(segments.begin(), segments.end() - 1,
                     [](const std::string& segment) { return segment.empty(); });
}

bool fits(const Rule& rule, std::string_view method, const std::string& path) {
  if (rule.calls != Calls::all && (rule.calls == Calls::reading) != is_reading(method))
    return false;
  return rule.path.ends_with('/') ? path.starts_with(rule.path) : path == rule.path;
}

// Calls for which the Manager demands the login of a worker: all but the one that creates logins.
bool is_for_logins(const std::vector<std::string>& segments) {
  static constexpr std::array<std::string_view, 3> kWorker{"api", "v3", "worker"};
  return segments.size() > kWorker.size() &&
         std::equal(kWorker.begin(), kWorker.end(), segments.begin()) &&
         segments[kWorker.size()] != "register-worker" && !segments[kWorker.size()].empty();
}

bool has_login(const http::RequestHead& head) {
  return http::authorization_of(head).kind == http::Authorization::Kind::login;
}

bool is_of_artists(std::string_view method, const std::vector<std::string>& segments) {
  constexpr std::size_t kId = 3;
  std::string path;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool is_id = i == kId && (segments.size() > kId + 1 || method == "DELETE") &&
                       segments[i] != "mass-delete";
    path += "/" + (is_id ? "{}" : segments[i]);
  }
  return std::ranges::find(kJobCalls, std::pair(method, std::string_view(path))) != kJobCalls.end();
}

}  // namespace

Role role_for(const http::RequestHead& head) {
  if (head.segments.empty()) return Role::worker;  // OPTIONS *
  if (is_ambiguous(head.segments)) return Role::admin;
  std::string path;
  for (const std::string& segment : head.segments)
    path += "/" + segment;
  if (is_for_logins(head.segments) && has_login(head)) return Role::nobody;
  if (is_of_artists(head.method(), head.segments)) return Role::submit;
  const auto rule = std::ranges::find_if(
      kRules, [&](const Rule& each) { return fits(each, head.method(), path); });
  return rule->role;
}

}  // namespace shaman::proxy
