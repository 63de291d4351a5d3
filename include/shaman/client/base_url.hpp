// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shaman/error.hpp"

namespace shaman::client {

/// Where a server is: `http[s]://HOST[:PORT][/PREFIX]` (RFC 3986). An IPv6 address is in brackets.
struct BaseUrl {
  std::string host;  ///< a name or an address, without brackets
  std::uint16_t port = 80;
  std::string prefix;      ///< put before every path: empty, or `/a/b` without a slash at its end
  bool is_secure = false;  ///< https

  /// Reads an address as people write it; without a scheme it is `http://`. Ignores surrounding
  /// blanks and line ends, and the rest of an address copied from the Manager's web interface
  /// (`/app/jobs`, …) or API (`/api/v3`, …). errc::invalid_argument says what is wrong: another
  /// scheme, a user name, a query, an invalid port; it does not show what may be a token
  /// (`/~TOKEN`) or a password.
  [[nodiscard]] static result<BaseUrl> parse(std::string_view text);

  /// An address as it may be shown, right or wrong: without a user name, a password and a token.
  [[nodiscard]] static std::string without_secrets(std::string_view text);

  /// For the Host header: `host`, `host:8080`, `[::1]:8080`.
  [[nodiscard]] std::string authority() const;
  /// The whole address, without a slash at the end.
  [[nodiscard]] std::string text() const;

  friend bool operator==(const BaseUrl&, const BaseUrl&) = default;
};

}  // namespace shaman::client
