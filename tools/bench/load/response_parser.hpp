// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shaman::bench {

/// Reads one HTTP/1.1 response from bytes as they come (RFC 9112): by Content-Length, chunked, or
/// up to the end of the connection. Knows no socket. Just strict enough to notice a broken server.
class ResponseParser {
 public:
  /// Takes bytes up to the end of the response and returns how many these were.
  /// std::runtime_error for what is no HTTP response.
  std::size_t feed(std::string_view bytes);
  /// Starts anew for the next response of the same connection.
  void reset();
  /// The connection has ended. Returns whether the response is complete by that.
  [[nodiscard]] bool end_of_stream();

  [[nodiscard]] bool done() const noexcept { return stage_ == Stage::done; }
  /// An interim `100 Continue` has come, whatever came after it.
  [[nodiscard]] bool may_continue() const noexcept { return may_continue_; }
  /// Of the final response; 0 before its header is complete.
  [[nodiscard]] int status() const noexcept { return status_; }
  /// Whether the connection can be used for another request after this one.
  [[nodiscard]] bool keep_alive() const noexcept { return keep_alive_; }
  [[nodiscard]] std::string& body() noexcept { return body_; }

 private:
  enum class Stage : std::uint8_t {
    head,
    sized,
    until_close,
    chunk_size,
    chunk,
    chunk_end,
    trailer,
    done
  };

  bool take_line(std::string_view& bytes);
  void take_body(std::string_view& bytes);
  void on_line();
  void on_header(std::string_view line);
  void on_header_end();
  void on_chunk_size();

  Stage stage_ = Stage::head;
  std::string line_;
  std::string body_;
  std::uint64_t left_ = 0;
  std::optional<std::uint64_t> length_;
  int status_ = 0;
  bool in_headers_ = false;
  bool chunked_ = false;
  bool keep_alive_ = true;
  bool may_continue_ = false;
};

}  // namespace shaman::bench
