// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shaman::bench {

/// Reads one HTTP/1.1 response from bytes as they arrive (RFC 9112): by Content-Length, chunked, or
/// up to the end of the connection. Uses no socket. Just strict enough to notice a broken server.
class ResponseParser {
 public:
  /// Takes bytes up to the end of the response and returns how many these were.
  /// std::runtime_error for anything but an HTTP response.
  std::size_t feed(std::string_view bytes);
  /// Resets for the next response of the same connection.
  void reset();
  /// The connection has ended. Returns whether that completes the response.
  [[nodiscard]] bool end_of_stream();

  [[nodiscard]] bool done() const noexcept { return stage_ == Stage::done; }
  /// Whether an interim `100 Continue` has arrived.
  [[nodiscard]] bool may_continue() const noexcept { return may_continue_; }
  /// The final response's status; 0 before its header is complete.
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
