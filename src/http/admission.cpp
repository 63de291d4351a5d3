// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/admission.hpp"

#include <algorithm>

#include "shaman/text.hpp"

#include "http/client_key.hpp"
#include "http/endpoint_text.hpp"

namespace shaman::http {
namespace {

using auth::Role;

// The last address of the chain that is no proxy's.
std::string_view last_stranger(std::string_view chain, const AddressRanges& proxies) {
  for (;;) {
    const std::size_t comma = chain.rfind(',');
    const std::string_view last =
        text::trimmed(comma == std::string_view::npos ? chain : chain.substr(comma + 1));
    if (comma == std::string_view::npos || !proxies.contains(last)) return last;
    chain = chain.substr(0, comma);
  }
}

bool may_ask_from_pages(const Exchange& exchange, std::string_view origin) {
  const auto& origins = exchange.options.cors_origins;
  return !origin.empty() && std::ranges::find(origins, origin) != origins.end();
}

}  // namespace

std::string client_address(const Exchange& exchange) {
  const std::string_view peer = address_without_port(exchange.connection.peer());
  const AddressRanges& proxies = exchange.options.trusted_proxies;
  if (!proxies.contains(peer)) return std::string(peer);
  // A proxy may add a line of its own to those that the client made up.
  const std::string chain = exchange.head.header_list("X-Forwarded-For");
  return std::string(chain.empty() ? peer : last_stranger(chain, proxies));
}

std::string client_of(const Exchange& exchange) {
  const std::string& of_peer = exchange.connection.client_of_peer();
  std::string of_address;
  if (!exchange.options.trusted_proxies.empty())
    of_address = client_of_address(client_address(exchange));
  return client_of(exchange.principal, of_address.empty() ? of_peer : of_address);
}

std::optional<Response> admit(Exchange& exchange, Role needed) {
  if (!exchange.options.access) {
    exchange.principal.role = Role::admin;
    exchange.asker.client = client_of(exchange);
    return std::nullopt;
  }
  const std::string address = client_address(exchange);
  std::string_view certificate = exchange.connection.certificate_name();
  // A proxy's own says nothing of who is behind it.
  if (!certificate.empty() &&
      exchange.options.trusted_proxies.contains(address_without_port(exchange.connection.peer())))
    certificate = {};
  exchange.principal = exchange.options.access->who({exchange.head.bearer(), certificate, address});
  const auth::Principal& who = exchange.principal;
  exchange.asker = {who.scope, who.role == Role::admin, client_of(exchange)};
  if (who.role >= needed) return std::nullopt;
  if (who.role == Role::nobody) {
    Response response = Response::error(
        401, who.name +
                 ": give one as `Authorization: Bearer TOKEN`, or as the first part of the"
                 " address, http://host/~TOKEN/");
    response.headers = "WWW-Authenticate: Bearer realm=\"shaman\"\r\n";
    response.close = exchange.head.has_body();
    return response;
  }
  Response response = Response::error(
      403, "this needs the role " + std::string(auth::name_of(needed)) + "; " +
               text::printable(who.name) + " has the role " + std::string(auth::name_of(who.role)));
  response.close = exchange.head.has_body();
  return response;
}

std::optional<Response> refuse_host(const Exchange& exchange) {
  const auto& allowed = exchange.options.allowed_hosts;
  if (allowed.empty()) return std::nullopt;
  const std::string_view host = address_without_port(exchange.head.header("Host"));
  if (std::ranges::any_of(
          allowed, [&](const std::string& each) { return text::is_same_but_for_case(each, host); }))
    return std::nullopt;
  Response response = Response::error(
      421, text::in_quotes(std::string(host)) + " is no name of this server (allowed-hosts)");
  response.close = true;
  return response;
}

std::optional<Response> refuse_other_than_json(const Exchange& exchange) {
  const std::string_view type = exchange.head.header("Content-Type");
  // Programs that say nothing are no browsers: those say where the page is from.
  if (type.empty() && exchange.head.header("Origin").empty()) return std::nullopt;
  if (text::is_same_but_for_case(text::trimmed(type.substr(0, type.find(';'))), "application/json"))
    return std::nullopt;
  return Response::error(415, "the body must be JSON, with Content-Type: application/json");
}

std::optional<Response> answer_preflight(const Exchange& exchange) {
  const RequestHead& head = exchange.head;
  if (head.method() != "OPTIONS" || head.header("Access-Control-Request-Method").empty() ||
      !may_ask_from_pages(exchange, head.header("Origin")))
    return std::nullopt;
  Response response = Response::empty(204);
  response.headers =
      "Access-Control-Allow-Methods: GET, HEAD, POST, PATCH, DELETE, OPTIONS\r\n"
      "Access-Control-Allow-Headers: Authorization, Content-Type, Idempotency-Key,"
      " Upload-Complete, Upload-Draft-Interop-Version, Upload-Incomplete, Upload-Length,"
      " Upload-Offset, X-Shaman-Can-Defer-Upload, X-Shaman-Original-Filename\r\n"
      "Access-Control-Max-Age: 600\r\n";
  return response;
}

void add_cors(const Exchange& exchange, Response& response) {
  const std::string_view origin = exchange.head.header("Origin");
  if (exchange.options.cors_origins.empty()) return;
  response.headers += "Vary: Origin\r\n";
  if (!may_ask_from_pages(exchange, origin)) return;
  response.headers.append("Access-Control-Allow-Origin: ").append(origin).append("\r\n");
  response.headers +=
      "Access-Control-Expose-Headers: Location, Retry-After, Upload-Complete,"
      " Upload-Draft-Interop-Version, Upload-Incomplete, Upload-Limit, Upload-Offset\r\n";
}

}  // namespace shaman::http
