// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/auth/access.hpp"
#include "shaman/auth/token_file.hpp"
#include "shaman/error.hpp"

namespace shaman::auth {

/// Checks JSON Web Tokens (RFC 7519) that somebody signed with ES256 or RS256. The key alone says
/// which of them is meant: what the token says of its algorithm is compared with that before
/// anything is computed, so that neither `none` nor a public key used as a secret gets anywhere.
class JwtKeys {
 public:
  /// errc::io_error, errc::malformed_request: a key that cannot be read, or is of no such kind.
  [[nodiscard]] static result<JwtKeys> load(const JwtOptions& options);

  /// Whether it looks like a JWT at all.
  [[nodiscard]] static bool is_jwt(std::string_view bearer);

  /// Who it is, by `sub` and `role`. `exp`, `aud`, `iss` and `role` must be there and fit. The
  /// error says what is wrong with it.
  [[nodiscard]] result<Principal> verify(const std::string& token, Time now) const;

  [[nodiscard]] bool empty() const noexcept { return keys_.empty(); }

 private:
  struct Key {
    std::string id;
    std::string algorithm;
    std::string pem;
  };
  [[nodiscard]] result<const Key*> key_for(std::string_view token) const;

  std::vector<Key> keys_;
  std::string issuer_;
  std::string audience_;
};

}  // namespace shaman::auth
