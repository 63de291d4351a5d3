// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

#include "http/line_folding.hpp"

namespace shaman::http {

/// A refusal before any handler: the answer. The connection must close, because it is unknown where
/// the next request would begin.
struct BadHead {
  unsigned status;
  std::string message;
};

using Fields = boost::beast::http::request_header<>;

/// A request up to its empty line, checked so that this server and a proxy before it cannot
/// disagree about where the body ends (RFC 9112, 11.2).
struct RequestHead {
  Fields fields;
  std::vector<std::string> segments;  ///< the decoded path; see parse_target()
  bool keep_alive = false;
  bool is_http_1_0 = false;
  bool expects_continue = false;
  bool has_unknown_expectation = false;
  bool is_chunked = false;
  std::optional<std::uint64_t> content_length;
  std::string token;  ///< removed from the path; see take_token()

  [[nodiscard]] std::string_view method() const { return as_view(fields.method_string()); }
  [[nodiscard]] std::string_view target() const { return as_view(fields.target()); }
  /// Empty if there is none; the first if there are several.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  /// All of them, combined to one list (RFC 9110, 5.3).
  [[nodiscard]] std::string header_list(std::string_view name) const;
  [[nodiscard]] bool has_body() const { return is_chunked || content_length.value_or(0) > 0; }

 private:
  template <class View>
  static std::string_view as_view(const View& view) {
    return {view.data(), view.size()};
  }
};

/// Whether the request changes nothing, by its method, and has no body.
[[nodiscard]] bool only_reads(const RequestHead& head);

/// Reads one head from bytes that arrive in pieces. Sans-I/O.
class HeadParser {
 public:
  explicit HeadParser(std::size_t max_bytes);
  ~HeadParser();

  enum class State : std::uint8_t { needs_more, complete, bad };
  /// Takes as much of `bytes` as it can; `consumed` says how much. Give the rest again with more.
  [[nodiscard]] State parse(std::string_view bytes, std::size_t& consumed);
  /// Whether it has seen a byte of a request; empty lines before a request do not count.
  [[nodiscard]] bool has_begun() const noexcept { return has_begun_; }

  /// After State::complete.
  [[nodiscard]] RequestHead take();
  /// After State::bad. The head is unreadable or unsafe: close the connection after the answer.
  [[nodiscard]] const BadHead& error() const noexcept { return error_; }
  /// As far as known, for the log; also for a bad head.
  [[nodiscard]] std::string_view method() const;
  [[nodiscard]] std::string target() const;

 private:
  struct Parser;
  State check();
  State fail(unsigned status, std::string message);

  std::unique_ptr<Parser> parser_;
  LineFolding folding_;
  std::string unfolded_;  ///< bytes that the parser has not consumed yet
  RequestHead head_;
  BadHead error_{};
  std::size_t max_bytes_;
  bool has_begun_ = false;
};

}  // namespace shaman::http
