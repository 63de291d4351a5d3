// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/judgement/manager_paths.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "protocol/names.hpp"

namespace shaman::proxy {
namespace {

constexpr std::size_t kLongestId = 64;

std::string joined(const std::vector<std::string>& segments) {
  std::string path;
  for (const std::string& segment : segments)
    path.append("/").append(segment);
  while (path.ends_with('/'))
    path.pop_back();
  return path;
}

bool is_id(std::string_view id) {
  const auto is_good = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  };
  return !id.empty() && id.size() <= kLongestId && std::ranges::all_of(id, is_good);
}

std::string_view path_of(const http::RequestHead& head) {
  return head.target().substr(0, head.target().find('?'));
}

// The path relative to the folder; nothing if it is not below the folder.
std::optional<std::string_view> below(std::string_view folder, std::string_view path) {
  if (!path.starts_with(folder) || !path.substr(folder.size()).starts_with('/'))
    return std::nullopt;
  return path.substr(folder.size() + 1);
}

// The id in `{id}END`; nothing for any other path.
std::optional<std::string> id_before(std::string_view path, std::string_view end) {
  if (!path.ends_with(end)) return std::nullopt;
  path.remove_suffix(end.size());
  return path.find('/') == path.npos ? std::optional(std::string(path)) : std::nullopt;
}

ManagerCall kind_of(std::string_view method, std::string_view path) {
  constexpr std::string_view kSetStatus = "/setstatus";
  if (const auto rest = below(protocol::kTasks, path); method == "POST" && rest)
    if (auto id = id_before(*rest, kSetStatus)) return {JobCall::task_status, *std::move(id)};
  if (!path.starts_with(protocol::kJobs)) return {};
  path.remove_prefix(protocol::kJobs.size());
  if (method == "POST" && path.empty()) return {JobCall::submission};
  if (method == "POST" && path == "/check") return {JobCall::check};
  if (!path.starts_with('/')) return {};
  path.remove_prefix(1);
  if (method == "DELETE" && path == "mass-delete") return {JobCall::mass_deletion};
  if (method == "DELETE" && path.find('/') == path.npos)
    return {JobCall::deletion, std::string(path)};
  if (method == "GET")
    if (auto id = id_before(path, "/what-would-delete-do"))
      return {JobCall::question, *std::move(id)};
  if (method == "POST")
    if (auto id = id_before(path, kSetStatus)) return {JobCall::job_status, *std::move(id)};
  return {};
}

bool has_id(JobCall kind) {
  return kind == JobCall::deletion || kind == JobCall::question || kind == JobCall::job_status ||
         kind == JobCall::task_status;
}

}  // namespace

ManagerCall call_of(const http::RequestHead& head) {
  const std::string path = joined(head.segments);
  ManagerCall call = kind_of(head.method(), path);
  call.is_plain = path == path_of(head) && (!has_id(call.kind) || is_id(call.id));
  return call;
}

bool overrides_method(const http::RequestHead& head) {
  static constexpr std::array<std::string_view, 3> kNames{"X-HTTP-Method-Override", "X-HTTP-Method",
                                                          "X-Method-Override"};
  return std::ranges::any_of(kNames,
                             [&](std::string_view name) { return !head.header(name).empty(); });
}

bool tells_location(const http::RequestHead& head) {
  return head.method() == "GET" && (path_of(head) == protocol::kConfiguration ||
                                    below(protocol::kSharedStorage, head.target()));
}

}  // namespace shaman::proxy
