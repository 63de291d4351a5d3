// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <memory>
#include <optional>
#include <string>

#include "shaman/auth/access.hpp"

#include "http/response.hpp"
#include "server/exchange.hpp"

/// What is looked at before any handler: who asks, from where, and whether they may.
namespace shaman::http {

/// The address of the client, without a port: what a trusted proxy says of it, or the connection's
/// own.
[[nodiscard]] std::string client_address(const Exchange& exchange);

/// Whose share of each budget this request uses: client_key.hpp.
[[nodiscard]] std::string client_of(const Exchange& exchange);

/// What a request is judged by: enough to judge it again later.
struct Evidence {
  std::string peer;    ///< the other end of the connection, without a port
  std::string chain;   ///< X-Forwarded-For
  std::string bearer;  ///< a token or JWT, from a header, the address, or a browser's cookie
  /// An Authorization header that says nothing here. Whoever sends one does not mean to be known by
  /// the network.
  bool is_unusable = false;
  std::shared_ptr<const tls::PeerCertificate> certificate;

  friend auto operator<=>(const Evidence&, const Evidence&) = default;
};
[[nodiscard]] Evidence evidence_of(const Exchange& exchange);
/// Who that is by these options. May read a token file.
[[nodiscard]] auth::Principal judge(const Evidence& evidence, const ServerOptions& options);

/// Where a trusted proxy speaks for the client: counts the connection as that client's, and refuses
/// (429) one that has as many as one address may have.
[[nodiscard]] std::optional<Response> refuse_too_many(Exchange& exchange);

/// Finds out who asks, and refuses who may not: 401 where a (better) token would help to be known,
/// 403 where it is known that this one may not. Nothing: they may.
[[nodiscard]] std::optional<Response> admit(Exchange& exchange, auth::Role needed);

/// 421 for a Host that is not this server's: a page of somebody else's, whose name was made to lead
/// here (DNS rebinding).
[[nodiscard]] std::optional<Response> refuse_host(const Exchange& exchange);

/// 415: a page of somebody else's can send other types, or none, without being asked whether it
/// may.
[[nodiscard]] std::optional<Response> refuse_other_than_json(const Exchange& exchange);

/// What a browser asks before it lets a page ask (the Fetch standard's preflight).
[[nodiscard]] std::optional<Response> answer_preflight(const Exchange& exchange);
/// Lets pages of the configured origins see an answer.
void add_cors(const Exchange& exchange, Response& response);

}  // namespace shaman::http
