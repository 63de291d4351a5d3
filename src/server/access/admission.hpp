// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <memory>
#include <optional>
#include <string>

#include "shaman/auth/access.hpp"

#include "http/response.hpp"
#include "server/exchange.hpp"

/// The checks before any handler: the principal, its address, and its role.
namespace shaman::http {

/// The address of the client, without a port: as stated by a trusted proxy, or the connection's
/// own.
[[nodiscard]] std::string client_address(const Exchange& exchange);

/// The client whose share of each budget this request uses: client_key.hpp.
[[nodiscard]] std::string client_of(const Exchange& exchange);

/// The evidence by which a request is judged, kept to judge it again later.
struct Evidence {
  std::string peer;    ///< the other end of the connection, without a port
  std::string chain;   ///< X-Forwarded-For
  std::string bearer;  ///< a token or JWT, from a header, the address, or a browser's cookie
  /// An Authorization header that is useless here. A client that sends one does not mean to be
  /// identified by its network.
  bool is_unusable = false;
  std::shared_ptr<const tls::PeerCertificate> certificate;

  friend auto operator<=>(const Evidence&, const Evidence&) = default;
};
[[nodiscard]] Evidence evidence_of(const Exchange& exchange);
/// The principal according to these options. May read a token file.
[[nodiscard]] auth::Principal judge(const Evidence& evidence, const ServerOptions& options);

/// Behind a trusted proxy: counts the connection for the client that the proxy names, and refuses
/// (429) a client that has as many as one address may have.
[[nodiscard]] std::optional<Response> refuse_too_many(Exchange& exchange);

/// Finds the principal, and refuses it if it lacks the right: 401 if a (better) token would help,
/// 403 if the principal is known. Nothing: the request is admitted.
[[nodiscard]] std::optional<Response> admit(Exchange& exchange, auth::Role needed);

/// 421 for a Host that is not this server's: a page of another site whose name was made to lead
/// here (DNS rebinding).
[[nodiscard]] std::optional<Response> refuse_host(const Exchange& exchange);

/// 415: a page of another site can send other types, or none, without a preflight.
[[nodiscard]] std::optional<Response> refuse_other_than_json(const Exchange& exchange);

/// Answers a browser's preflight (Fetch standard), which precedes a page's request.
[[nodiscard]] std::optional<Response> answer_preflight(const Exchange& exchange);
/// Lets pages of the configured origins read an answer.
void add_cors(const Exchange& exchange, Response& response);

}  // namespace shaman::http
