// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/access/admission.hpp"

#include <algorithm>

#include "shaman/text.hpp"

#include "http/client_address.hpp"
#include "http/endpoint_text.hpp"
#include "server/access/authorization.hpp"
#include "server/access/browser_login.hpp"
#include "server/access/client_key.hpp"
#include "server/access/foreign_pages.hpp"
#include "server/access/forwarded.hpp"

namespace shaman::http {
namespace {

using auth::Role;

// Only the Manager judges a login, so it has no effect where this server answers.
bool is_unusable(const Exchange& exchange) {
  const auto kind = authorization_of(exchange.head).kind;
  return kind == Authorization::Kind::unusable ||
         (kind == Authorization::Kind::login && !exchange.passes);
}

bool is_silent_proxy(const Evidence& evidence, const ServerOptions& options) {
  return evidence.chain.empty() && options.trusted_proxies.contains(evidence.peer);
}

Response refuse_stranger(Exchange& exchange, const Evidence& evidence) {
  std::string why = exchange.principal.name;
  exchange.note = exchange.principal.detail.empty() ? why : exchange.principal.detail;
  if (evidence.bearer.empty() && !evidence.is_unusable &&
      is_silent_proxy(evidence, exchange.options)) {
    why = "the proxy at " + evidence.peer +
          " does not say whose request this is (X-Forwarded-For), and a token is needed";
    exchange.note = why;
  }
  Response response = Response::error(
      401, why +
               ": give one as `Authorization: Bearer TOKEN`, or as the first part of the"
               " address, http://host/~TOKEN/");
  response.headers = "WWW-Authenticate: Bearer realm=\"shaman\"\r\n";
  return response;
}

Response refuse_role(const Exchange& exchange, Role needed) {
  const auth::Principal& who = exchange.principal;
  return Response::error(403, "this needs the role " + std::string(auth::name_of(needed)) + "; " +
                                  text::printable(who.name) + " has the role " +
                                  std::string(auth::name_of(who.role)));
}

}  // namespace

std::string client_address(const Exchange& exchange) {
  return believed_path(address_without_port(exchange.connection.peer()),
                       exchange.head.header_list(kForwardedFor), exchange.options.trusted_proxies)
      .front();
}

Evidence evidence_of(const Exchange& exchange) {
  Evidence evidence{.peer = std::string(address_without_port(exchange.connection.peer())),
                    .chain = exchange.head.header_list(kForwardedFor),
                    .bearer = std::string(token_of(exchange.head)),
                    .is_unusable = is_unusable(exchange),
                    .certificate = exchange.connection.certificate()};
  if (evidence.is_unusable)
    evidence.bearer.clear();
  else if (evidence.bearer.empty())
    evidence.bearer = login_of(exchange);
  return evidence;
}

auth::Principal judge(const Evidence& evidence, const ServerOptions& options) {
  if (!options.access) return {"anybody", Role::admin, {}};
  if (evidence.is_unusable)
    return {"the Authorization header does not hold one token, or not the one in the address",
            Role::nobody,
            {}};
  const bool is_proxied = options.trusted_proxies.contains(evidence.peer);
  // Neither a proxy's certificate nor its address says who is behind it.
  std::string_view certificate;
  if (!is_proxied && evidence.certificate && evidence.certificate->is_good(options.tls))
    certificate = evidence.certificate->name();
  std::string address;
  if (!is_silent_proxy(evidence, options))
    address = believed_path(evidence.peer, evidence.chain, options.trusted_proxies).front();
  return options.access->who({evidence.bearer, certificate, address});
}

std::string client_of(const Exchange& exchange) {
  const std::string& of_peer = exchange.connection.client_of_peer();
  std::string of_address;
  if (!exchange.options.trusted_proxies.empty())
    of_address = client_of_address(client_address(exchange));
  return client_of(exchange.principal, of_address.empty() ? of_peer : of_address);
}

namespace {

bool has_too_many(const Exchange& exchange, const std::string& client) {
  return exchange.services.connections.size_of(client) >
         exchange.options.limits.connections_per_address;
}

Response too_many_connections(const std::string& of_what) {
  Response response = Response::error(
      429, "your " + of_what +
               " has as many connections to this server as one may have: use fewer, or try again"
               " later");
  response.retry_after = 1;
  response.close = true;
  return response;
}

}  // namespace

std::optional<Response> refuse_too_many(Exchange& exchange) {
  Connection& connection = exchange.connection;
  if (!exchange.options.trusted_proxies.contains(address_without_port(connection.peer())))
    return std::nullopt;
  const std::string address = client_address(exchange);
  const std::string client = client_of_address(address);
  // A proxy's own requests have no limit.
  if (client.empty() || exchange.options.trusted_proxies.contains(address)) return std::nullopt;
  connection.belong_to(client);
  if (!has_too_many(exchange, client)) return std::nullopt;
  return too_many_connections("address");
}

std::optional<Response> admit(Exchange& exchange, Role needed) {
  warn_of_silent_proxy(exchange);
  if (!exchange.options.access) {
    exchange.principal.role = Role::admin;
    exchange.requester.client = client_of(exchange);
    exchange.connection.set_client(exchange.requester.client);
    return std::nullopt;
  }
  const Evidence evidence = evidence_of(exchange);
  exchange.principal = judge(evidence, exchange.options);
  const auth::Principal& who = exchange.principal;
  exchange.requester = {who.scope, who.role == Role::admin, client_of(exchange)};
  exchange.connection.set_client(exchange.requester.client);
  const bool is_identified = exchange.requester.client != exchange.connection.client_of_peer();
  if (is_identified && has_too_many(exchange, exchange.requester.client))
    return too_many_connections("login");
  const bool has_token = !token_of(exchange.head).empty();
  const bool has_login = !has_token && !evidence.bearer.empty();
  std::optional<Response> refused;
  if (who.role < needed || evidence.is_unusable)
    refused = who.role == Role::nobody ? refuse_stranger(exchange, evidence)
                                       : refuse_role(exchange, needed);
  else if (!has_token)
    refused = refuse_foreign_page(
        exchange, has_login ? BrowserAdds::cookie : BrowserAdds::network_or_certificate, needed);
  if (!refused) return std::nullopt;
  // Not an expired one: without it the network may count again.
  if (has_login && who.role == Role::nobody) refused->headers += forget_login(exchange);
  refused->close = exchange.head.has_body();
  return refused;
}

std::optional<Response> refuse_host(const Exchange& exchange) {
  const auto& allowed = exchange.options.allowed_hosts;
  if (allowed.empty()) return std::nullopt;
  const std::string_view host = address_without_port(exchange.head.header("Host"));
  if (std::ranges::any_of(
          allowed, [&](const std::string& each) { return text::is_same_but_for_case(each, host); }))
    return std::nullopt;
  Response response = Response::error(
      421, text::in_quotes(std::string(host)) + " is not a name of this server (allowed-hosts)");
  response.close = true;
  return response;
}

std::optional<Response> refuse_other_than_json(const Exchange& exchange) {
  const std::string_view type = exchange.head.header("Content-Type");
  // A program without this header is not a browser: browsers state the page's origin.
  if (type.empty() && exchange.head.fields.count("Origin") == 0) return std::nullopt;
  if (text::is_same_but_for_case(text::trimmed(type.substr(0, type.find(';'))), "application/json"))
    return std::nullopt;
  return Response::error(415, "the body must be JSON, with Content-Type: application/json");
}

std::optional<Response> answer_preflight(const Exchange& exchange) {
  const RequestHead& head = exchange.head;
  if (head.method() != "OPTIONS" || head.header("Access-Control-Request-Method").empty() ||
      !is_from_allowed_page(exchange))
    return std::nullopt;
  Response response = Response::empty(204);
  response.headers =
      "Access-Control-Allow-Methods: GET, HEAD, POST, PATCH, DELETE, OPTIONS\r\n"
      "Access-Control-Allow-Headers: Authorization, Content-Encoding, Content-Type,"
      " Idempotency-Key,"
      " Upload-Complete, Upload-Draft-Interop-Version, Upload-Incomplete, Upload-Length,"
      " Upload-Offset, X-Shaman-Can-Defer-Upload, X-Shaman-Original-Filename,"
      " X-Shaman-Reuse-Checkout\r\n"
      "Access-Control-Max-Age: 600\r\n";
  return response;
}

void add_cors(const Exchange& exchange, Response& response) {
  if (exchange.options.cors_origins.empty()) return;
  response.headers += "Vary: Origin\r\n";
  if (!is_from_allowed_page(exchange)) return;
  response.headers.append("Access-Control-Allow-Origin: ")
      .append(exchange.head.header("Origin"))
      .append("\r\n");
  response.headers +=
      "Access-Control-Expose-Headers: Location, Retry-After, Upload-Complete,"
      " Upload-Draft-Interop-Version, Upload-Incomplete, Upload-Limit, Upload-Offset\r\n";
}

}  // namespace shaman::http
