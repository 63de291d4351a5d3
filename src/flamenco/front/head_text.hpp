// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "flamenco/front/answer_head.hpp"
#include "http/request_head.hpp"

/// Heads of forwarded messages (RFC 9110, 7.6.1): removes the fields that concern one connection
/// only, and keeps the others. Sans-I/O.
namespace shaman::proxy {

/// How the recipient of a forwarded message finds the end of its body.
struct BodyFraming {
  bool is_chunked = false;
  std::optional<std::uint64_t> length;  ///< without both: no body, or until the connection ends
};

/// Whether the client asks to switch to the WebSocket protocol.
[[nodiscard]] bool wants_upgrade(const http::RequestHead& head);

/// Whether the server with this name has forwarded the request: `Via`, or another field that a
/// proxy has kept, contains the name.
[[nodiscard]] bool has_passed(const http::RequestHead& head, std::string_view name);
/// The header lines by which has_passed() recognises a request of this server's own.
[[nodiscard]] std::string marks_of(std::string_view own_name);

/// The client as the Manager is to see it. Replaces all that the request itself says about it.
struct ClientForManager {
  std::string_view path;    ///< `10.0.0.7, 10.0.0.2`: the client, then its proxies
  std::string_view scheme;  ///< `https`, as in the address that it used
  std::string_view host;
};

struct ForwardedRequest {
  const http::RequestHead& head;
  ClientForManager client;
  std::string_view own_name;  ///< a mark by which this server recognises its forwarded requests
  BodyFraming body;
  /// Removes tokens: this server checks them itself, and the Manager would log them.
  bool keeps_tokens = false;
};
[[nodiscard]] std::string request_text(const ForwardedRequest& request);

/// `keep_alive`: whether the connection of the client stays open after the answer.
[[nodiscard]] std::string answer_text(const AnswerHead& head, const BodyFraming& body,
                                      bool keep_alive, bool is_http_1_0);
/// The head of a 101, after which the connection no longer speaks HTTP.
[[nodiscard]] std::string upgrade_text(const AnswerHead& head);

}  // namespace shaman::proxy
