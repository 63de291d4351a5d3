// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

/// The two lines of the chunked coding whose content is ignored here, and which must be well formed
/// all the same: a server behind this one may read bytes that are not in a different way. Sans-I/O.
namespace shaman::http {

/// What follows a chunk's size, up to the CR (RFC 9112, 7.1.1):
/// `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`. Blanks belong to an
/// extension, so that a size with blanks and nothing behind them is refused.
class ChunkExtensions {
 public:
  /// False where no extension has this byte in this place.
  [[nodiscard]] bool take(char c);
  /// Whether the line may end here.
  [[nodiscard]] bool is_whole() const noexcept;

 private:
  enum class At : std::uint8_t {
    end_of_size,
    blank,  // which only a semicolon may follow
    before_name,
    name,
    after_name,
    before_value,
    value,
    quoted,
    escaped,
    end_of_quoted,
  };
  [[nodiscard]] bool go(At next, bool is_right = true);
  [[nodiscard]] bool take_between(char c);
  [[nodiscard]] bool take_in_quotes(char c);

  At at_ = At::end_of_size;
};

/// A field in the trailer (RFC 9110, 6.5.1), up to the CR: `name ":" value`. Refused are also names
/// that say where a message ends, where it goes or who sends it: in a trailer they come too late
/// for that, and some servers believe them nevertheless.
class TrailerField {
 public:
  [[nodiscard]] bool take(char c);
  [[nodiscard]] bool is_whole() const noexcept { return in_value_; }

 private:
  std::string name_;  ///< as much as tells it from those that are refused
  bool in_value_ = false;
};

}  // namespace shaman::http
