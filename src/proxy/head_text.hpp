// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/endpoint_text.hpp"
#include "http/request_head.hpp"
#include "proxy/answer_head.hpp"

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

struct ForwardedRequest {
  const http::RequestHead& head;
  std::string_view client;  ///< its address, `10.0.0.7:50123`
  bool is_secure = false;   ///< it came by TLS
  /// Who sent it may be believed what it says about clients behind it.
  bool is_trusted_proxy = false;
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
