// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/response.hpp"

#include <array>
#include <ctime>
#include <utility>

#include "base/json_writer.hpp"
#include "http/status.hpp"

namespace shaman::http {
namespace {

// RFC 9110, 5.6.7. Made once per second and thread, because every answer contains it.
std::string_view date_now() {
  thread_local std::time_t made_for = -1;
  thread_local std::array<char, 40> text;
  thread_local std::size_t length = 0;
  const std::time_t now = std::time(nullptr);
  if (now != made_for) {
    static constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    length = static_cast<std::size_t>(
        std::snprintf(text.data(), text.size(), "%s, %02d %s %d %02d:%02d:%02d GMT",
                      kDays[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                      kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900,
                      utc.tm_hour, utc.tm_min, utc.tm_sec));
    made_for = now;
  }
  return {text.data(), length};
}

}  // namespace

Response Response::json(std::string text) {
  Response response;
  response.body = std::move(text);
  return response;
}

Response Response::empty(unsigned status) {
  Response response;
  response.status = status;
  return response;
}

Response Response::error(unsigned status, std::string_view message) {
  Response response;
  response.status = status;
  JsonObject(response.body).number("code", status).text("message", message);
  response.reason = message;
  if (status == 503) response.retry_after = 1;
  return response;
}

Response Response::error(const Error& error) {
  Response response = Response::error(status_of(error.code), error.message());
  response.kind = error.code;
  return response;
}

std::string header_of(const Response& response, Framing framing, bool keep_alive,
                      bool is_http_1_0) {
  std::string out;
  out.reserve(256);
  out += "HTTP/1.1 ";
  out += std::to_string(response.status);
  out += ' ';
  out += reason_of(response.status);
  out += "\r\nDate: ";
  out += date_now();
  if (!response.body.empty() || response.file || framing != Framing::length)
    out.append("\r\nContent-Type: ")
        .append(response.content_type.empty() ? "application/json" : response.content_type);
  if (framing == Framing::chunked) {
    out += "\r\nTransfer-Encoding: chunked";
  } else if (framing == Framing::length && response.status != 204 && response.status != 304) {
    // RFC 9110, 8.6: a 204 has no Content-Length, and that of a 304 would be that of the 200.
    out += "\r\nContent-Length: ";
    out += std::to_string(response.file ? response.file->length() : response.body.size());
  }
  if (!response.allow.empty()) {
    out += "\r\nAllow: ";
    out += response.allow;
  }
  if (response.retry_after > 0) {
    out += "\r\nRetry-After: ";
    out += std::to_string(response.retry_after);
  }
  out += "\r\n";
  out += response.headers;
  if (!keep_alive)
    out += "Connection: close\r\n";
  else if (is_http_1_0)
    out += "Connection: keep-alive\r\n";
  out += "\r\n";
  return out;
}

}  // namespace shaman::http
