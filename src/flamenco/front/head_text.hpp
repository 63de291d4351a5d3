// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "flamenco/front/answer_head.hpp"
#include "http/request_head.hpp"

/// The heads of passed-through messages (RFC 9110, 7.6.1): what concerns one connection only ends
/// here, all else goes on as it came. Sans-I/O.
namespace shaman::proxy {

/// How the body of what is passed on ends.
struct BodyFraming {
  bool is_chunked = false;
  std::optional<std::uint64_t> length;  ///< neither: no body, or one that ends with the connection
};

/// Whether the client wants to change the protocol, as WebSockets do.
[[nodiscard]] bool wants_upgrade(const http::RequestHead& head);

/// Whether a request has been passed on by the server of this name: a header holds it, `Via` or any
/// other that a proxy has kept.
[[nodiscard]] bool has_passed(const http::RequestHead& head, std::string_view name);
/// The header lines by which a request that this server makes itself is known in that way.
[[nodiscard]] std::string marks_of(std::string_view own_name);

/// What the Manager is told about the client, in place of anything that the request says.
struct ToldOfClient {
  std::string_view path;    ///< `10.0.0.7, 10.0.0.2`: the client, and the proxies after it
  std::string_view scheme;  ///< of the address that it used: `https`
  std::string_view host;
};

struct ForwardedRequest {
  const http::RequestHead& head;
  ToldOfClient client;
  std::string_view own_name;  ///< by which this server knows a request that it has passed on
  BodyFraming body;
  /// Tokens are this server's to look at, and go no further.
  bool keeps_tokens = false;
};
[[nodiscard]] std::string request_text(const ForwardedRequest& request);

/// `keep_alive`: whether the client's connection goes on after it.
[[nodiscard]] std::string answer_text(const AnswerHead& head, const BodyFraming& body,
                                      bool keep_alive, bool is_http_1_0);
/// A 101, after which the connection is no longer HTTP.
[[nodiscard]] std::string upgrade_text(const AnswerHead& head);

}  // namespace shaman::proxy
