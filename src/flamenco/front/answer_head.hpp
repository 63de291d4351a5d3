// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

namespace shaman::proxy {

/// The head of an answer: all that precedes its body.
struct AnswerHead {
  boost::beast::http::response_header<> fields;
  bool keep_alive = false;
  bool is_chunked = false;
  std::optional<std::uint64_t> content_length;

  [[nodiscard]] unsigned status() const { return fields.result_int(); }
  [[nodiscard]] bool is_interim() const { return status() < 200 && status() != 101; }
  /// Browsers show the page in no frame of another site (RFC 7034), unless the Manager says more.
  void forbid_foreign_frames();
};

/// Parses the head of one answer from pieces. Sans-I/O.
class AnswerParser {
 public:
  AnswerParser();
  ~AnswerParser();

  enum class State : std::uint8_t { needs_more, complete, bad };
  /// `consumed`: the number of bytes that belong to the head.
  [[nodiscard]] State parse(std::string_view bytes, std::size_t& consumed);
  /// After State::complete.
  [[nodiscard]] AnswerHead take();
  /// After State::bad: the parser's description of the fault.
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  std::string error_;
};

}  // namespace shaman::proxy
