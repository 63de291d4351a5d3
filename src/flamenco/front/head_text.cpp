// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/head_text.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include "http/cookies.hpp"
#include "http/target.hpp"

namespace shaman::proxy {

namespace beast = boost::beast;
using beast::iequals;

namespace {

constexpr std::string_view kVia = "Via";
// Some proxies remove or replace Via, but keep fields that they do not know.
constexpr std::string_view kPassedBy = "X-Shaman-Passed-By";

template <class View>
std::string_view view_of(const View& view) {
  return {view.data(), view.size()};
}

// The fields that concern one connection. This server answers Expect itself.
bool ends_here(std::string_view name) {
  static constexpr std::array<std::string_view, 11> kNames{
      "Connection", "Keep-Alive", "Proxy-Connection",  "Proxy-Authenticate", "Proxy-Authorization",
      "TE",         "Trailer",    "Transfer-Encoding", "Content-Length",     "Upgrade",
      "Expect"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view known) { return iequals(name, known); });
}

// The fields that a Manager, its web interface and its API clients need. A list of forbidden fields
// would never be complete: a program behind a proxy may believe any field that describes the
// client, its address or its call.
bool may_pass(std::string_view name) {
  static constexpr std::array<std::string_view, 27> kNames{
      "Host", "User-Agent", "Authorization", "Cookie", "Origin", "Referer",
      // Accepted and sent content.
      "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Content-Type",
      "Content-Encoding", "Content-Language",
      // Caches and ranges.
      "Cache-Control", "Pragma", "If-Match", "If-None-Match", "If-Modified-Since",
      "If-Unmodified-Since", "If-Range", "Range",
      // Cross-origin requests and page loads of browsers.
      "Access-Control-Request-Method", "Access-Control-Request-Headers",
      "Upgrade-Insecure-Requests", "X-Requested-With",
      // https://www.w3.org/TR/trace-context/
      "traceparent", "tracestate"};
  static constexpr std::array<std::string_view, 3> kBeginnings{"Sec-Fetch-", "Sec-WebSocket-",
                                                               "X-Shaman-"};
  return std::ranges::any_of(kNames,
                             [&](std::string_view known) { return iequals(name, known); }) ||
         std::ranges::any_of(kBeginnings, [&](std::string_view known) {
           return iequals(name.substr(0, known.size()), known);
         });
}

template <class Fields>
bool is_named_by_connection(const Fields& fields, std::string_view name) {
  const auto [begin, end] = fields.equal_range(beast::http::field::connection);
  for (auto field = begin; field != end; ++field)
    for (const auto token : beast::http::token_list(field->value()))
      if (iequals(view_of(token), name)) return true;
  return false;
}

void add(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void add_framing(std::string& out, const BodyFraming& body) {
  if (body.is_chunked)
    add(out, "Transfer-Encoding", "chunked");
  else if (body.length)
    add(out, "Content-Length", std::to_string(*body.length));
}

void add_clients(std::string& out, const ForwardedRequest& request) {
  add(out, "X-Forwarded-For", request.client.path);
  add(out, "X-Forwarded-Proto", request.client.scheme);
  add(out, "X-Forwarded-Host", request.client.host);
}

// RFC 9110, 7.6.3: one list of all proxies, the last one at its end.
void add_to_list(std::string& out, const http::RequestHead& head, std::string_view name,
                 std::string_view more) {
  std::string list = head.header_list(name);
  if (!list.empty()) list += ", ";
  add(out, name, list.append(more));
}

void add_marks(std::string& out, const ForwardedRequest& request) {
  const std::string version = request.head.is_http_1_0 ? "1.0 " : "1.1 ";
  add_to_list(out, request.head, kVia, version + std::string(request.own_name));
  add_to_list(out, request.head, kPassedBy, request.own_name);
}

bool is_mark(std::string_view name) {
  return iequals(name, kVia) || iequals(name, kPassedBy);
}

bool has_word(std::string_view text, std::string_view word) {
  constexpr std::string_view kBetween = " \t,;=\"";
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(kBetween), text.size());
    if (iequals(text.substr(0, end), word)) return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

template <class Fields>
void add_fields(std::string& out, const Fields& fields) {
  for (const auto& field : fields) {
    const std::string_view name = view_of(field.name_string());
    if (ends_here(name) || is_named_by_connection(fields, name)) continue;
    add(out, name, view_of(field.value()));
  }
}

// A page with a token in its address reveals the token in the Referer of its requests.
bool has_token(std::string_view referer) {
  return http::without_tokens(referer) != referer;
}

http::Fields without_tokens_in(http::Fields fields) {
  const auto [begin, end] = fields.equal_range(beast::http::field::authorization);
  const bool has_bearer = std::any_of(
      begin, end, [](const auto& field) { return iequals(field.value().substr(0, 7), "Bearer "); });
  if (has_bearer) fields.erase(beast::http::field::authorization);
  if (has_token(view_of(fields[beast::http::field::referer])))
    fields.erase(beast::http::field::referer);
  return fields;
}

// A browser sends the login cookies of this server with every request.
void remove_login_cookies(http::Fields& fields) {
  std::vector<std::string> others;
  const auto [begin, end] = fields.equal_range(beast::http::field::cookie);
  for (auto field = begin; field != end; ++field)
    if (std::string rest = http::without_login_cookies(view_of(field->value())); !rest.empty())
      others.push_back(std::move(rest));
  fields.erase(beast::http::field::cookie);
  for (const std::string& rest : others)
    fields.insert(beast::http::field::cookie, rest);
}

// The fields of a request that reach the Manager.
http::Fields fields_to_pass(const ForwardedRequest& request) {
  http::Fields fields =
      request.keeps_tokens ? without_tokens_in(request.head.fields) : request.head.fields;
  for (auto field = fields.begin(); field != fields.end();) {
    const std::string_view name = view_of(field->name_string());
    const bool passes = may_pass(name) && !is_mark(name);
    // Connection stays, because add_fields() removes the fields that it names.
    const bool is_connection = field->name() == beast::http::field::connection;
    field = passes || is_connection ? std::next(field) : fields.erase(field);
  }
  remove_login_cookies(fields);
  return fields;
}

std::string status_line(const AnswerHead& head) {
  std::string out = "HTTP/1.1 " + std::to_string(head.status()) + " ";
  return out.append(view_of(head.fields.reason())).append("\r\n");
}

}  // namespace

bool has_passed(const http::RequestHead& head, std::string_view name) {
  return std::any_of(head.fields.begin(), head.fields.end(),
                     [&](const auto& field) { return has_word(view_of(field.value()), name); });
}

std::string marks_of(std::string_view own_name) {
  std::string out;
  add(out, kVia, "1.1 " + std::string(own_name));
  add(out, kPassedBy, own_name);
  return out;
}

bool wants_upgrade(const http::RequestHead& head) {
  return iequals(head.header("Upgrade"), "websocket") && !head.is_http_1_0 &&
         is_named_by_connection(head.fields, "upgrade");
}

std::string request_text(const ForwardedRequest& request) {
  const http::RequestHead& head = request.head;
  std::string out(head.method());
  out.append(" ").append(head.target()).append(" HTTP/1.1\r\n");
  if (head.header("Host").empty()) add(out, "Host", "localhost");  // HTTP/1.0 may have none
  add_fields(out, fields_to_pass(request));
  add_clients(out, request);
  add_marks(out, request);
  add_framing(out, request.body);
  if (wants_upgrade(head)) {
    add(out, "Connection", "Upgrade");
    add(out, "Upgrade", head.header("Upgrade"));
  }
  return out += "\r\n";
}

std::string answer_text(const AnswerHead& head, const BodyFraming& body, bool keep_alive,
                        bool is_http_1_0) {
  std::string out = status_line(head);
  add_fields(out, head.fields);
  add_framing(out, body);
  if (!keep_alive)
    add(out, "Connection", "close");
  else if (is_http_1_0)
    add(out, "Connection", "keep-alive");
  return out += "\r\n";
}

std::string upgrade_text(const AnswerHead& head) {
  std::string out = status_line(head);
  add_fields(out, head.fields);
  add(out, "Connection", "Upgrade");
  if (const auto upgrade = head.fields.find(beast::http::field::upgrade);
      upgrade != head.fields.end())
    add(out, "Upgrade", view_of(upgrade->value()));
  return out += "\r\n";
}

}  // namespace shaman::proxy
