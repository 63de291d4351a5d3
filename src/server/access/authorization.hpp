// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

#include "http/request_head.hpp"

namespace shaman::http {

/// The content of a request's Authorization header (RFC 9110, 11.6.2).
struct Authorization {
  enum class Kind : std::uint8_t {
    none,      ///< no such header
    token,     ///< `Bearer TOKEN`
    login,     ///< `Basic …`: for a Manager, whose workers have logins
    unusable,  ///< several headers, another scheme, no token, or not the one in the address
  };
  Kind kind = Kind::none;
  std::string_view token{};  ///< points into the head
};
[[nodiscard]] Authorization authorization_of(const RequestHead& head);

/// The token in the address, or else in the Authorization header. Empty: neither has one.
[[nodiscard]] std::string_view token_of(const RequestHead& head);

}  // namespace shaman::http
