// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shaman::trace {

[[nodiscard]] constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// A file name with a frame number in it: `shot` `0001` `_final.png`.
struct Numbered {
  std::string head;
  std::string tail;
  std::size_t width = 0;  ///< digits of the number

  /// By the last digits of the name without its extension (BLI_path_sequence_decode).
  [[nodiscard]] static std::optional<Numbered> last_digits(std::string_view name);
  /// By digits directly before the extension (BLI_path_frame_get).
  [[nodiscard]] static std::optional<Numbered> before_extension(std::string_view name);

  /// Whether `name` is a frame of it: numbers are padded with zeros to the width, and are wider if
  /// they do not fit.
  [[nodiscard]] bool matches(std::string_view name) const;
};

/// The name of one tile: all `<UDIM>` become its number, or else all `<UVTILE>` become `u1_v1`.
[[nodiscard]] std::string tile_name(std::string_view pattern, std::uint32_t tile);

/// Before 3.1, one of its tiles named a tiled picture: returns the pattern that 3.1 makes of it, or
/// the name itself if it contains no tile number.
[[nodiscard]] std::string old_tile_pattern(std::string_view name);

}  // namespace shaman::trace
