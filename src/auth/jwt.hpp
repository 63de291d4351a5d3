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

/// Checks JSON Web Tokens (RFC 7519) signed with ES256 or RS256. The configured key alone decides
/// the algorithm: a token that names another one is rejected before any signature is computed. So
/// neither `none` nor a public key used as a secret is accepted.
class JwtKeys {
 public:
  /// errc::not_found, errc::io_error: a key cannot be read. errc::invalid_argument: a key is of
  /// another kind, or an option is missing.
  [[nodiscard]] static result<JwtKeys> load(const JwtOptions& options);

  /// Whether a bearer has the three parts of a JWT. Decodes nothing.
  [[nodiscard]] static bool is_jwt(std::string_view bearer);

  /// The principal that `sub` and `role` name. `exp`, `aud`, `iss` and `role` must be present and
  /// valid. errc::invalid_argument says what is wrong with the token.
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
