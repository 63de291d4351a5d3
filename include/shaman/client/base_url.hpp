// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shaman/error.hpp"

namespace shaman::client {

/// Where a server is: `http[s]://HOST[:PORT][/PREFIX]` (RFC 3986). An IPv6 address stands in
/// brackets.
struct BaseUrl {
  std::string host;  ///< a name or an address, without brackets
  std::uint16_t port = 80;
  std::string prefix;      ///< put before every path: empty, or `/a/b` without a slash at its end
  bool is_secure = false;  ///< https

  /// What people write, `http://` being added where no scheme is given. Blanks and line ends around
  /// it do not count, nor what follows the address when a page of the Manager's web interface
  /// (`/app/jobs`, …) or an address of the API (`/api/v3`, …) was copied. errc::malformed_request
  /// says what is wrong with it: another scheme, a user name, a query, a port that is none; what
  /// could be a token in it (`/~TOKEN`) is not shown.
  [[nodiscard]] static result<BaseUrl> parse(std::string_view text);

  /// For the Host header: `host`, `host:8080`, `[::1]:8080`.
  [[nodiscard]] std::string authority() const;
  /// The whole, without a slash at the end.
  [[nodiscard]] std::string text() const;

  friend bool operator==(const BaseUrl&, const BaseUrl&) = default;
};

}  // namespace shaman::client
