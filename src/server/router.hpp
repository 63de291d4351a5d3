// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/auth/access.hpp"

#include "async/task.hpp"
#include "http/response.hpp"

namespace shaman::http {

struct Exchange;
/// Answers one request. The unread part of the body is discarded before the answer is sent.
using Handler = Task<Response> (*)(Exchange&);

/// Which handler serves which method and path. Paths are exact: `/a/` is not `/a`.
class Router {
 public:
  /// `role` is what the call needs. `{}` in the pattern stands for any one segment, one
  /// `{*}` for one or more. A route for GET also serves HEAD, unless an earlier route does.
  void add(std::string_view method, std::string_view pattern, auth::Role role, Handler handler);

  enum class Outcome : std::uint8_t { found, not_found, method_not_allowed, method_unknown };
  struct Match {
    Outcome outcome = Outcome::not_found;
    Handler handler = nullptr;
    std::size_t route = 0;                     ///< which of names() it is, if found
    auth::Role role = auth::Role::admin;       ///< that the handler needs
    std::vector<std::string_view> parameters;  ///< those at `{}` and `{*}`; views into `segments`
    std::string allow;                         ///< the methods that the path allows, if it exists
  };
  struct Name {
    std::string method;
    std::string pattern;
  };
  /// Of all routes, in the order in which they were added.
  [[nodiscard]] std::vector<Name> names() const;
  [[nodiscard]] Match match(std::string_view method,
                            const std::vector<std::string>& segments) const;

 private:
  struct Route {
    std::string method;
    std::vector<std::string> pattern;
    auth::Role role;
    Handler handler;
  };
  std::vector<Route> routes_;
};

}  // namespace shaman::http
