// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/content_coding.hpp"

#include <string>
#include <utility>

#include "shaman/text.hpp"

namespace shaman::http {
namespace {

std::string_view names_of(Codings codings) {
  switch (codings) {
    case Codings::of_files:
      return "zstd";
    case Codings::of_json:
      return "zstd, gzip";
    case Codings::none:
      break;
  }
  return "identity";
}

std::optional<ContentCoding> coding_of(std::string_view name, Codings taken) {
  if (taken == Codings::none) return std::nullopt;
  if (text::is_same_but_for_case(name, "zstd")) return ContentCoding::zstd;
  // RFC 9110, 8.4.1.3: they are the same.
  const bool is_gzip =
      text::is_same_but_for_case(name, "gzip") || text::is_same_but_for_case(name, "x-gzip");
  if (is_gzip && taken == Codings::of_json) return ContentCoding::gzip;
  return std::nullopt;
}

}  // namespace

std::optional<Response> accept_coding(Exchange& exchange, Codings taken) {
  const std::string stated = exchange.head.header_list("Content-Encoding");
  const std::string_view name = text::trimmed(stated);
  if (name.empty() || text::is_same_but_for_case(name, "identity")) return std::nullopt;
  if (const auto coding = coding_of(name, taken)) {
    exchange.body.decode(*coding, exchange.discard_limit);
    return std::nullopt;
  }
  const std::string_view names = names_of(taken);
  std::string why =
      "this call takes no body with Content-Encoding: " + text::printable(name.substr(0, 40)) +
      "; send it without";
  if (taken != Codings::none) why.append(", or with one of: ").append(names);
  Response response = Response::error(415, why);
  response.headers.append("Accept-Encoding: ").append(names).append("\r\n");
  return response;
}

Task<std::optional<Response>> reserve_for_decoding(Exchange& exchange, std::uint64_t more) {
  RequestBody& body = exchange.body;
  if (body.is_encoded()) {
    const bool is_known = co_await body.learn_content();
    if (!is_known) co_return response_to_failed_body(body);
    more += body.decoding_memory();
  }
  if (more == 0) co_return std::nullopt;
  auto grant = co_await exchange.connection.acquire(exchange.services.json_rest, more,
                                                    Connection::TakenBack::yes);
  if (!grant) {
    Response response = Response::error(503, "memory for large requests is short: try again later");
    response.unheard = exchange.connection.is_lost();
    co_return response;
  }
  exchange.grants.push_back(*std::move(grant));
  co_return std::nullopt;
}

}  // namespace shaman::http
