// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/browser_login.hpp"

#include <algorithm>

#include "shaman/text.hpp"

#include "http/cookies.hpp"
#include "http/forwarded.hpp"

namespace shaman::http {
namespace {

// No secret of a token: cookies cannot hold it.
constexpr const char* kNoToken = ";";

bool is_secure(const Exchange& exchange) {
  return client_scheme(exchange) == "https";
}

std::string_view cookie_name(const Exchange& exchange) {
  return is_secure(exchange) ? kSecureLoginCookie : kLoginCookie;
}

std::string cookie_line(const Exchange& exchange, std::string_view value, std::string_view more) {
  std::string line("Set-Cookie: ");
  line.append(cookie_name(exchange)).append("=").append(value);
  line.append("; Path=/; HttpOnly; SameSite=Lax").append(is_secure(exchange) ? "; Secure" : "");
  return line.append(more).append("\r\n");
}

bool is_reading(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

// The pages of a Manager's web interface. Everything else is called by programs, which do not keep
// cookies.
bool is_page(const RequestHead& head) {
  const std::vector<std::string>& path = head.segments;
  if (!is_reading(head.method()) || path.empty()) return false;
  return path.front() == "app" || (path.size() == 1 && path.front().empty());
}

// Of the server that this request was sent to. A page that came by plain HTTP may have been changed
// on its way, and is not trusted with what is sent by TLS.
bool is_own_origin(const Exchange& exchange, std::string_view origin) {
  const std::size_t end = origin.find("://");
  if (end == std::string_view::npos) return false;
  const std::string_view scheme = origin.substr(0, end);
  const bool is_safe = text::is_same_but_for_case(scheme, "https") ||
                       (text::is_same_but_for_case(scheme, "http") && !is_secure(exchange));
  return is_safe && text::is_same_but_for_case(origin.substr(end + 3), client_host(exchange));
}

bool is_own_page(const Exchange& exchange, std::string_view address) {
  const std::size_t host = address.find("://");
  if (host == std::string_view::npos) return false;
  return is_own_origin(exchange, address.substr(0, address.find_first_of("/?#", host + 3)));
}

bool is_navigation(const RequestHead& head) {
  return head.header("Sec-Fetch-Mode") == "navigate" ||
         head.header("Accept").find("text/html") != std::string_view::npos;
}

bool asks_for_upgrade(const RequestHead& head) {
  return !head.header("Upgrade").empty();
}

bool is_foreign_by_cookie(const Exchange& exchange, auth::Role needed) {
  const RequestHead& head = exchange.head;
  const std::string_view origin = head.header("Origin");
  if (!origin.empty()) return !is_own_origin(exchange, origin);
  const std::string_view site = head.header("Sec-Fetch-Site");
  const bool is_link = is_reading(head.method()) && is_navigation(head) && !asks_for_upgrade(head);
  if (site == "cross-site" || site == "same-site") {
    if (!is_link) return true;
  } else if (!site.empty()) {
    return false;
  }
  // A link of another site's may lead to a page, but not to a GET that does something: the calls
  // that only admins may make.
  return is_link && needed == auth::Role::admin && !is_own_page(exchange, head.header("Referer"));
}

bool is_foreign_from_network(const Exchange& exchange) {
  const RequestHead& head = exchange.head;
  const bool is_harmless =
      (is_reading(head.method()) || head.method() == "OPTIONS") && !asks_for_upgrade(head);
  const std::string_view origin = head.header("Origin");
  if (is_harmless || origin.empty() || is_own_origin(exchange, origin)) return false;
  return std::ranges::find(exchange.options.cors_origins, origin) ==
         exchange.options.cors_origins.end();
}

}  // namespace

std::string login_of(const Exchange& exchange) {
  const auto values = cookies_named(exchange.head, cookie_name(exchange));
  if (values.empty()) return {};
  return values.size() == 1 && !values.front().empty() ? std::string(values.front()) : kNoToken;
}

std::optional<Response> log_in(const Exchange& exchange) {
  const RequestHead& head = exchange.head;
  if (!exchange.options.access || !is_page(head) || !is_cookie_value(head.token))
    return std::nullopt;
  Response response = Response::empty(303);
  response.headers.append("Location: ").append(head.target()).append("\r\n");
  response.headers += cookie_line(exchange, head.token, "");
  // The address with the token stays neither in a cache nor in what the next page is told.
  response.headers += "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n";
  return response;
}

std::string forget_login(const Exchange& exchange) {
  return cookie_line(exchange, "", "; Max-Age=0");
}

std::optional<Response> refuse_foreign_page(const Exchange& exchange, BrowserAdds what,
                                            auth::Role needed) {
  const bool is_foreign = what == BrowserAdds::cookie ? is_foreign_by_cookie(exchange, needed)
                                                      : is_foreign_from_network(exchange);
  if (!is_foreign) return std::nullopt;
  const std::string_view origin = exchange.head.header("Origin");
  Response response = Response::error(
      403, (origin.empty() ? std::string("a page of another site")
                           : "a page of " + text::in_quotes(origin)) +
               " has made this request, and may not use the rights of the person in front of the"
               " browser. If it is a page of this server behind a proxy, the proxy must pass the"
               " Host header on as it came");
  response.close = exchange.head.has_body();
  return response;
}

}  // namespace shaman::http
