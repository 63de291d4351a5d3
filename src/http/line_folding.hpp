// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace shaman::http {

/// Obsolete line folding (RFC 9112, 5.2) in the one header whose senders need it: Flamenco's
/// add-ons 3.6 to 3.8.5 break long values of `X-Shaman-Original-Filename` by LF and a blank, as
/// Python's email.header does. There a line break before a blank or tab becomes the same number of
/// blanks, so that positions in the head do not change. Any other folded header is a reason to
/// refuse the request: two parties may disagree about its value, and about where a body ends. A
/// bare LF that begins no folded line is passed on unchanged, for the parser to refuse. Sans-I/O.
class LineFolding {
 public:
  /// Takes the next bytes of a head, from its first line on, and appends the bytes for the parser
  /// to `out`. A line break at the end of `bytes` is held back until the byte after it is known.
  /// Bytes after the head, or after a refused fold, are not passed on.
  void unfold(std::string_view bytes, std::string& out);
  /// How many of the bytes taken so far are held back.
  [[nodiscard]] std::size_t held_back() const noexcept { return line_break_.size(); }
  /// A header other than that one is folded.
  [[nodiscard]] bool is_refused() const noexcept { return in_ == In::refused; }

 private:
  void take(char c, std::string& out);
  void begin_line(char first, std::string& out);
  void pass(char c, std::string& out);
  void pass_line_break(std::string& out);

  enum class In : std::uint8_t { start_line, name, foldable_value, other_value, body, refused };
  In in_ = In::start_line;
  std::string name_;        ///< of the present header, up to its colon; bounded
  std::string line_break_;  ///< held back
};

}  // namespace shaman::http
