// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/router.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace shaman::http {
namespace {

constexpr std::string_view kAnySegment = "{}";
constexpr std::string_view kAllSegments = "{*}";

std::vector<std::string> split(std::string_view pattern) {
  std::vector<std::string> segments;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);  // the slash
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    segments.emplace_back(pattern.substr(0, end));
    pattern.remove_prefix(end);
  }
  return segments;
}

// Which piece of the pattern each segment is at; none if they do not fit. kAllSegments takes what
// the others leave.
std::optional<std::vector<std::size_t>> fit(const std::vector<std::string>& pattern,
                                            const std::vector<std::string>& segments) {
  const auto all = std::find(pattern.begin(), pattern.end(), kAllSegments);
  const bool has_all = all != pattern.end();
  if (has_all ? segments.size() < pattern.size() : segments.size() != pattern.size())
    return std::nullopt;
  const auto before = static_cast<std::size_t>(all - pattern.begin());
  const std::size_t more = segments.size() - pattern.size();
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::size_t place = i <= before ? i : std::max(before, i - more);
    const std::string& wanted = pattern[place];
    if (wanted != kAnySegment && wanted != kAllSegments && wanted != segments[i])
      return std::nullopt;
    places.push_back(place);
  }
  return places;
}

bool is_known(std::string_view method) {
  static constexpr std::array<std::string_view, 8> kMethods{"GET",    "HEAD",    "POST",  "PUT",
                                                            "DELETE", "OPTIONS", "PATCH", "TRACE"};
  return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

}  // namespace

void Router::add(std::string_view method, std::string_view pattern, auth::Role role,
                 Handler handler) {
  routes_.push_back({std::string(method), split(pattern), role, handler});
}

std::vector<Router::Name> Router::names() const {
  std::vector<Name> names;
  for (const Route& route : routes_) {
    Name& name = names.emplace_back(Name{route.method, {}});
    for (const std::string& segment : route.pattern)
      name.pattern += "/" + segment;
  }
  return names;
}

Router::Match Router::match(std::string_view method,
                            const std::vector<std::string>& segments) const {
  Match match;
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  for (const Route& route : routes_) {
    const auto places = fit(route.pattern, segments);
    if (!places) continue;
    if (route.method == wanted || route.method == method) {
      match.outcome = Outcome::found;
      match.handler = route.handler;
      match.route = static_cast<std::size_t>(&route - routes_.data());
      match.role = route.role;
      for (std::size_t i = 0; i < segments.size(); ++i) {
        const std::string& wanted_segment = route.pattern[(*places)[i]];
        if (wanted_segment == kAnySegment || wanted_segment == kAllSegments)
          match.parameters.emplace_back(segments[i]);
      }
      return match;
    }
    if (route.method == "HEAD" || route.method == "OPTIONS") continue;  // named with the others
    if (!match.allow.empty()) match.allow += ", ";
    match.allow += route.method == "GET" ? "GET, HEAD" : route.method;
  }
  if (!is_known(method))
    match.outcome = Outcome::method_unknown;
  else if (!match.allow.empty())
    match.outcome = Outcome::method_not_allowed;
  if (!match.allow.empty()) match.allow += ", OPTIONS";
  return match;
}

}  // namespace shaman::http
