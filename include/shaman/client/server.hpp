// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "shaman/client/base_url.hpp"
#include "shaman/error.hpp"
#include "shaman/tls.hpp"

namespace shaman::client {

/// A proxy that forwards connections to https servers (RFC 9110, 9.3.6).
struct Proxy {
  std::string host;
  std::uint16_t port = 80;
  std::string authorization;  ///< the value of `Proxy-Authorization`; empty: none

  /// `http://[USER:PASSWORD@]HOST[:PORT]`. errc::invalid_argument never shows the password.
  [[nodiscard]] static result<Proxy> parse(std::string_view text);
};

/// Whether a list in the form of NO_PROXY (`.studio.local, 10.0.0.7, *`) names this host.
[[nodiscard]] bool is_excepted(std::string_view host, std::string_view no_proxy);

/// A server, how to reach it, and the token for it.
struct Server {
  Server() = default;
  /// Without any secret.
  Server(BaseUrl where) : url(std::move(where)) {}  // NOLINT(google-explicit-constructor)

  /// Reads a base URL. A token in it, `http://host/~TOKEN`, becomes `token`, and is sent as a
  /// header, which no program logs.
  [[nodiscard]] static result<Server> parse(std::string_view text);

  BaseUrl url;
  /// Sent as `Authorization: Bearer …` to this server only: redirections are not followed. Empty:
  /// none.
  std::string token;
  /// The token's source, for messages: `the file "/home/me/token"`.
  std::string token_origin = "the address";
  std::shared_ptr<const tls::Trust> trust;  ///< null: what this machine trusts
  std::optional<Proxy> proxy;
};

}  // namespace shaman::client
