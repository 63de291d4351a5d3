// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace shaman::http {

/// What a Range header asks for (RFC 9110, 14).
struct ByteRange {
  enum class Kind : std::uint8_t {
    whole,          ///< also: not understood, several ranges, or another unit than bytes
    part,           ///< one range, with at least one byte
    unsatisfiable,  ///< one range, none of which exists
  };
  Kind kind = Kind::whole;
  std::uint64_t first = 0;   ///< of a part
  std::uint64_t length = 0;  ///< of a part, or of all
};
/// `value` is the header's, all of them combined to one list; `size` is that of the whole.
[[nodiscard]] ByteRange parse_range(std::string_view value, std::uint64_t size);

/// Whether a list of entity tags (RFC 9110, 8.8.3), or `*`, has the strong tag `tag`, which is
/// written with its quotes. A malformed list has none.
enum class TagComparison : std::uint8_t { strong, weak };
[[nodiscard]] bool lists_tag(std::string_view list, std::string_view tag, TagComparison comparison);

}  // namespace shaman::http
