// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/status.hpp"

namespace shaman::http {

unsigned status_of(errc code) noexcept {
  switch (code) {
    case errc::invalid_argument:
    case errc::unsafe_path:
    case errc::conflicting_paths:
    case errc::damaged_file:
      return 400;
    case errc::access_denied:
      return 403;
    case errc::not_found:
      return 404;
    case errc::no_unique_path:
      return 409;
    case errc::too_large:
    case errc::limit_exceeded:
      return 413;
    case errc::content_mismatch:
    case errc::changed_while_read:
      return 417;
    case errc::blobs_missing:
      return 424;
    case errc::busy:
    case errc::shutting_down:
    case errc::cancelled:
      return 503;
    case errc::storage_full:
      return 507;
    case errc::unreachable:
    case errc::manager_away:
    case errc::protocol_error:
      return 502;
    case errc::not_a_store:
    case errc::io_error:
      return 500;
  }
  return 500;
}

std::string_view reason_of(unsigned status) noexcept {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 208:
      return "Already Reported";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 424:
      return "Failed Dependency";
    case 425:
      return "Too Early";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    case 508:
      return "Loop Detected";
    default:
      return {};
  }
}

}  // namespace shaman::http
