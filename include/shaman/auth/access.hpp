// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shaman/address_ranges.hpp"
#include "shaman/error.hpp"

/// Access rights: which principal a request acts for, and its role (docs/security.md).
namespace shaman::auth {

/// Each role may do everything that the roles before it may.
enum class Role : std::uint8_t {
  nobody,
  worker,  ///< reads
  submit,  ///< sends files, makes checkouts and jobs
  admin,   ///< erases, and changes a Manager's configuration
};
[[nodiscard]] std::string_view name_of(Role role) noexcept;
[[nodiscard]] std::optional<Role> role_of(std::string_view name) noexcept;

/// The principal that a request acts for.
struct Principal {
  std::string name;  ///< for messages and logs: `token Anna`, `10.1.2.3`
  Role role = Role::nobody;
  /// Distinguishes principals: `token Anna`, `network 10.1.0.0/16`.
  std::string scope{};
  /// For the server's log, which may say more than a stranger may know: why there is no role.
  /// Empty: the name says all. It has nothing of a credential.
  std::string detail{};
};

/// The issuer of JWTs, as configured.
struct JwtOptions {
  std::vector<std::pair<std::string, std::string>> keys;  ///< key id and the PEM file's path
  std::string issuer;                                     ///< `iss`
  std::string audience;                                   ///< `aud`

  /// Whether either all members are set or none.
  [[nodiscard]] bool is_complete() const noexcept {
    return keys.empty() == issuer.empty() && issuer.empty() == audience.empty();
  }
};

struct AccessOptions {
  std::string token_file;  ///< empty: no token file
  std::vector<std::pair<std::string, Role>> networks;
  std::vector<std::pair<std::string, Role>> certificates;  ///< by common name; `*`: any other
  JwtOptions jwt;

  /// False: no access rule is set, and every client may do everything.
  [[nodiscard]] bool is_on() const noexcept {
    return !token_file.empty() || !networks.empty() || !certificates.empty() || !jwt.keys.empty() ||
           !jwt.issuer.empty() || !jwt.audience.empty();
  }
};

/// The credentials of a request. Absent members are empty.
struct Credentials {
  std::string_view bearer;       ///< a token or JWT
  std::string_view certificate;  ///< the common name in a verified TLS certificate
  std::string_view address;      ///< the client's, without a port
};

/// Finds the principal of a request. Thread-safe. A change of the token file takes effect within 2
/// seconds.
class Access {
 public:
  /// Reads all files that the options name. The error names the file or option and its fault.
  [[nodiscard]] static result<std::shared_ptr<const Access>> open(const AccessOptions& options);
  ~Access();
  Access(const Access&) = delete;
  Access& operator=(const Access&) = delete;

  /// A bearer decides alone: if it is invalid, neither the certificate nor the address counts.
  /// Without a bearer, a certificate that has a role decides, then the address. Role::nobody: no
  /// principal was found; `name` then says why, and reveals nothing that a stranger must not learn.
  [[nodiscard]] Principal who(const Credentials& given) const;

  /// Reads the token file again if it has changed, and logs an error if the server can no longer
  /// use it. For a timer, so that the log has the error before the next request fails.
  void look_again() const;

 private:
  struct Impl;
  explicit Access(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman::auth
