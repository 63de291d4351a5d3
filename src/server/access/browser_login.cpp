// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/access/browser_login.hpp"

#include "http/cookies.hpp"
#include "server/access/foreign_pages.hpp"
#include "server/access/forwarded.hpp"

namespace shaman::http {
namespace {

// Not a token's secret: cookies cannot contain it.
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

// The pages of a Manager's web interface. Only programs call other addresses, and they do not keep
// cookies.
bool is_page(const RequestHead& head) {
  const std::vector<std::string>& path = head.segments;
  if (!is_reading(head.method()) || path.empty()) return false;
  return path.front() == "app" || (path.size() == 1 && path.front().empty());
}

// Otherwise any page could make its visitors work under its own token, and watch them.
Response refuse_foreign_login() {
  Response response = Response::error(
      403,
      "a page of another site has opened this address, and may not log you in with its token:"
      " copy the address into the address bar of the browser, if it is yours");
  response.headers += "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n";
  return response;
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
  if (is_led_by_foreign_page(exchange)) return refuse_foreign_login();
  Response response = Response::empty(303);
  response.headers.append("Location: ").append(head.target()).append("\r\n");
  response.headers += cookie_line(exchange, head.token, "");
  // Keeps the address with the token out of caches and out of the next page's Referer.
  response.headers += "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n";
  return response;
}

std::string forget_login(const Exchange& exchange) {
  return cookie_line(exchange, "", "; Max-Age=0");
}

}  // namespace shaman::http
