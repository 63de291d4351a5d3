// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/access/foreign_pages.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "shaman/text.hpp"

#include "server/access/forwarded.hpp"

namespace shaman::http {
namespace {

bool is_safe(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

// Browsers omit the default port, but a proxy may write it.
std::string_view without_default_port(std::string_view host, std::string_view scheme) {
  const std::string_view port = scheme == "https" ? ":443" : ":80";
  return host.ends_with(port) ? host.substr(0, host.size() - port.size()) : host;
}

// Scheme, host and port of the address that the browser used. The same host with another scheme is
// another server, or a page that was changed on its way.
bool is_own_origin(const Exchange& exchange, std::string_view origin) {
  const std::string_view scheme = client_scheme(exchange);
  const std::size_t end = origin.find("://");
  return end != std::string_view::npos &&
         text::is_same_but_for_case(origin.substr(0, end), scheme) &&
         text::is_same_but_for_case(without_default_port(origin.substr(end + 3), scheme),
                                    without_default_port(client_host(exchange), scheme));
}

bool is_own_page(const Exchange& exchange, std::string_view address) {
  const std::size_t host = address.find("://");
  if (host == std::string_view::npos) return false;
  return is_own_origin(exchange, address.substr(0, address.find_first_of("/?#", host + 3)));
}

// Browsers send exactly one, and it is not empty. Of two, each reader may believe another.
bool is_odd(const RequestHead& head, std::string_view name) {
  const std::size_t count = head.fields.count(name);
  return count > 1 || (count == 1 && head.header(name).empty());
}

enum class Sender : std::uint8_t { own_page, foreign_page, unknown };

// No page can write these headers. Browsers omit Sec-Fetch-Site for plain HTTP to another machine,
// and Origin for simple fetches.
Sender sender_of(const Exchange& exchange) {
  if (is_odd(exchange.head, "Origin") || is_odd(exchange.head, "Sec-Fetch-Site"))
    return Sender::foreign_page;
  const std::string_view site = exchange.head.header("Sec-Fetch-Site");
  if (site == "same-origin" || site == "none") return Sender::own_page;
  if (!site.empty()) return Sender::foreign_page;
  const std::string_view origin = exchange.head.header("Origin");
  if (origin.empty()) return Sender::unknown;
  return is_own_origin(exchange, origin) ? Sender::own_page : Sender::foreign_page;
}

bool accepts_pages(const RequestHead& head) {
  return head.header("Accept").find("text/html") != std::string_view::npos;
}

// A window, not a frame in a page, which could place this page under its own buttons.
bool is_link(const RequestHead& head) {
  const std::string_view goal = head.header("Sec-Fetch-Dest");
  return is_safe(head.method()) && head.header("Sec-Fetch-Mode") == "navigate" &&
         (goal.empty() || goal == "document") && head.header("Upgrade").empty();
}

bool is_browser(const RequestHead& head) {
  return accepts_pages(head) ||
         head.header("User-Agent").find("Mozilla/") != std::string_view::npos;
}

// Neither header is there. The page's address (Referer) shows it, unless the page hides it, which
// the Manager's does not.
bool is_foreign_by_referer(const Exchange& exchange, auth::Role needed) {
  const RequestHead& head = exchange.head;
  const std::string_view referer = head.header("Referer");
  if (needed == auth::Role::admin && is_safe(head.method()) && is_browser(head))
    return !is_own_page(exchange, referer);
  return !referer.empty() && !accepts_pages(head) && !is_own_page(exchange, referer);
}

bool is_foreign(const Exchange& exchange, BrowserAdds what, auth::Role needed) {
  switch (sender_of(exchange)) {
    case Sender::own_page:
      return false;
    case Sender::unknown:
      return is_foreign_by_referer(exchange, needed);
    case Sender::foreign_page:
      break;
  }
  if (what == BrowserAdds::network_or_certificate && is_from_allowed_page(exchange)) return false;
  return needed == auth::Role::admin || !is_link(exchange.head);
}

}  // namespace

bool is_from_allowed_page(const Exchange& exchange) {
  const std::string_view origin = exchange.head.header("Origin");
  const auto& origins = exchange.options.cors_origins;
  return !origin.empty() && !is_odd(exchange.head, "Origin") &&
         std::ranges::find(origins, origin) != origins.end();
}

bool is_led_by_foreign_page(const Exchange& exchange) {
  const Sender sender = sender_of(exchange);
  if (sender != Sender::unknown) return sender == Sender::foreign_page;
  const std::string_view referer = exchange.head.header("Referer");
  return !referer.empty() && !is_own_page(exchange, referer);
}

std::optional<Response> refuse_foreign_page(const Exchange& exchange, BrowserAdds what,
                                            auth::Role needed) {
  if (!is_foreign(exchange, what, needed)) return std::nullopt;
  const std::string_view origin = exchange.head.header("Origin");
  Response response = Response::error(
      403, (origin.empty() ? std::string("a page of another site")
                           : "a page of " + text::in_quotes(origin)) +
               " sent this request, and may not use the rights of the browser's user. If it is a"
               " page of this server behind a proxy, the proxy must pass on the Host header"
               " unchanged, and set X-Forwarded-Proto to the scheme");
  response.close = exchange.head.has_body();
  return response;
}

}  // namespace shaman::http
