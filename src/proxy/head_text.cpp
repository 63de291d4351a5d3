// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/head_text.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include "http/target.hpp"

namespace shaman::proxy {

namespace beast = boost::beast;
using beast::iequals;

namespace {

template <class View>
std::string_view view_of(const View& view) {
  return {view.data(), view.size()};
}

// What every message may have for one connection only. Expect is answered here.
bool ends_here(std::string_view name) {
  static constexpr std::array<std::string_view, 11> kNames{
      "Connection", "Keep-Alive", "Proxy-Connection",  "Proxy-Authenticate", "Proxy-Authorization",
      "TE",         "Trailer",    "Transfer-Encoding", "Content-Length",     "Upgrade",
      "Expect"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view known) { return iequals(name, known); });
}

bool tells_of_clients(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kNames{
      "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Forwarded"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view known) { return iequals(name, known); });
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
  const http::RequestHead& head = request.head;
  std::string chain;
  if (request.is_trusted_proxy) chain = head.header_list("X-Forwarded-For");
  if (!chain.empty()) chain += ", ";
  chain += http::address_without_port(request.client);
  add(out, "X-Forwarded-For", chain);
  const auto pass_or = [&](std::string_view name, std::string_view ours) {
    const std::string_view theirs = request.is_trusted_proxy ? head.header(name) : "";
    add(out, name, theirs.empty() ? ours : theirs);
  };
  pass_or("X-Forwarded-Proto", request.is_secure ? "https" : "http");
  pass_or("X-Forwarded-Host", head.header("Host"));
}

template <class Fields>
void add_fields(std::string& out, const Fields& fields) {
  for (const auto& field : fields) {
    const std::string_view name = view_of(field.name_string());
    if (ends_here(name) || tells_of_clients(name) || is_named_by_connection(fields, name)) continue;
    add(out, name, view_of(field.value()));
  }
}

// A page whose address has the token in it tells that address to whom it asks.
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

std::string status_line(const AnswerHead& head) {
  std::string out = "HTTP/1.1 " + std::to_string(head.status()) + " ";
  return out.append(view_of(head.fields.reason())).append("\r\n");
}

}  // namespace

bool wants_upgrade(const http::RequestHead& head) {
  return !head.header("Upgrade").empty() && !head.is_http_1_0 &&
         is_named_by_connection(head.fields, "upgrade");
}

std::string request_text(const ForwardedRequest& request) {
  const http::RequestHead& head = request.head;
  std::string out(head.method());
  out.append(" ").append(head.target()).append(" HTTP/1.1\r\n");
  if (head.header("Host").empty()) add(out, "Host", "localhost");  // HTTP/1.0 may have none
  add_fields(out, request.keeps_tokens ? without_tokens_in(head.fields) : head.fields);
  add_clients(out, request);
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
