// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

/// The two lines of the chunked coding whose content this server ignores, but which must be
/// well-formed: a server behind this one may interpret malformed bytes differently. Sans-I/O.
namespace shaman::http {

/// The part after a chunk's size, up to the CR (RFC 9112, 7.1.1):
/// `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`. Blanks belong to an
/// extension, so a size that is followed only by blanks is rejected.
class ChunkExtensions {
 public:
  /// False if no extension can have this byte in this place.
  [[nodiscard]] bool take(char c);
  /// Whether the line may end here.
  [[nodiscard]] bool is_whole() const noexcept;

 private:
  enum class At : std::uint8_t {
    end_of_size,
    blank,  // only a semicolon may follow
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

/// A field in the trailer (RFC 9110, 6.5.1), up to the CR: `name ":" value`. Also rejects names
/// that state a message's end, target or sender: in a trailer they are too late for that, but some
/// servers believe them.
class TrailerField {
 public:
  [[nodiscard]] bool take(char c);
  [[nodiscard]] bool is_whole() const noexcept { return in_value_; }

 private:
  std::string name_;  ///< as much as distinguishes it from the rejected names
  bool in_value_ = false;
};

}  // namespace shaman::http
