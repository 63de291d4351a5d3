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

/// Who may do what (docs/security.md).
namespace shaman::auth {

/// Each may do what those before it may.
enum class Role : std::uint8_t {
  nobody,
  worker,  ///< reads
  submit,  ///< sends files, makes checkouts and jobs
  admin,   ///< erases, and changes a Manager's configuration
};
[[nodiscard]] std::string_view name_of(Role role) noexcept;
[[nodiscard]] std::optional<Role> role_of(std::string_view name) noexcept;

/// Whom a request acts for.
struct Principal {
  std::string name;  ///< for people: `token Anna`, `10.1.2.3`
  Role role = Role::nobody;
  /// What tells one from another: `token Anna`, `network 10.1.0.0/16`.
  std::string scope{};
};

/// A JWT's issuer, as the admin has set it up.
struct JwtOptions {
  std::vector<std::pair<std::string, std::string>> keys;  ///< key id and the PEM file's path
  std::string issuer;                                     ///< `iss`
  std::string audience;                                   ///< `aud`

  /// Whether all of them are set, or none.
  [[nodiscard]] bool is_complete() const noexcept {
    return keys.empty() == issuer.empty() && issuer.empty() == audience.empty();
  }
};

struct AccessOptions {
  std::string token_file;  ///< empty: there is none
  std::vector<std::pair<std::string, Role>> networks;
  std::vector<std::pair<std::string, Role>> certificates;  ///< by common name; `*`: any other
  JwtOptions jwt;

  /// False: no access rule is set, and every client may do everything.
  [[nodiscard]] bool is_on() const noexcept {
    return !token_file.empty() || !networks.empty() || !certificates.empty() || !jwt.keys.empty() ||
           !jwt.issuer.empty() || !jwt.audience.empty();
  }
};

/// What a request presents to identify itself. Absent members are empty.
struct Credentials {
  std::string_view bearer;       ///< a token or JWT
  std::string_view certificate;  ///< the common name in a verified TLS certificate
  std::string_view address;      ///< the client's, without a port
};

/// Finds the principal of a request. Thread-safe; reads a changed token file again.
class Access {
 public:
  /// Reads everything that the options name; errors say what is wrong with which file.
  [[nodiscard]] static result<std::shared_ptr<const Access>> open(const AccessOptions& options);
  ~Access();
  Access(const Access&) = delete;
  Access& operator=(const Access&) = delete;

  /// Judges by the first credential that is present. An invalid bearer is never made up for by
  /// another. Role::nobody: not known; its name then says why, as far as a stranger may know.
  [[nodiscard]] Principal who(const Credentials& given) const;

  /// Reads the token file again if it has changed, and logs if it can no longer be used. Needs no
  /// request.
  void look_again() const;

 private:
  struct Impl;
  explicit Access(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman::auth
