// SPDX-License-Identifier: GPL-3.0-or-later
// Range headers, and lists of entity tags.
#include <cstdlib>
#include <string_view>

#include "fuzz_target.hpp"
#include "http/selection/byte_range.hpp"

FUZZ_TARGET(range) {
  using shaman::http::ByteRange;
  using shaman::http::TagComparison;
  const std::string_view field(reinterpret_cast<const char*>(data), size);
  for (const std::uint64_t length : {std::uint64_t{0}, std::uint64_t{1000}, UINT64_MAX}) {
    const ByteRange range = shaman::http::parse_range(field, length);
    if (range.kind == ByteRange::Kind::unsatisfiable) continue;
    if (range.first > length || range.length > length - range.first) std::abort();
    if (range.kind == ByteRange::Kind::part && range.length == 0) std::abort();
    if (range.kind == ByteRange::Kind::whole && range.length != length) std::abort();
  }
  const bool is_listed = shaman::http::lists_tag(field, "\"a\"", TagComparison::strong);
  if (is_listed && !shaman::http::lists_tag(field, "\"a\"", TagComparison::weak)) std::abort();
  if (is_listed && field.find("\"a\"") == field.npos && field.find('*') == field.npos) std::abort();
  return 0;
}
