// SPDX-License-Identifier: GPL-3.0-or-later
// The structured fields of resumable uploads.
#include <cstdlib>
#include <string_view>

#include "fuzz_target.hpp"
#include "http/structured_field.hpp"

FUZZ_TARGET(resumption) {
  const std::string_view field(reinterpret_cast<const char*>(data), size);
  const auto integer = shaman::http::parse_integer_item(field);
  if (integer && (*integer > 999'999'999'999'999 || *integer < -999'999'999'999'999)) std::abort();
  if (integer && shaman::http::parse_boolean_item(field)) std::abort();
  return 0;
}
