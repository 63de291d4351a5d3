// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/hex.hpp"

/// Percent coding (RFC 3986, 2.1).
namespace shaman {

/// The byte of an escape: `at` begins with `%41`.
[[nodiscard]] inline std::optional<char> escaped_byte(std::string_view at) noexcept {
  if (at.size() < 3 || at[0] != '%') return std::nullopt;
  const int high = hex_value(at[1]);
  const int low = hex_value(at[2]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(16 * high + low);
}

/// Replaces each escape by its byte; a `%` that begins none does not change.
[[nodiscard]] inline std::string without_escapes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto escaped = escaped_byte(text.substr(i));
    out += escaped.value_or(text[i]);
    if (escaped) i += 2;
  }
  return out;
}

}  // namespace shaman
