// SPDX-License-Identifier: GPL-3.0-or-later
// The original name of a file in a header field: any name comes through, and any field is read. The
// field traceparent, too.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fuzz_target.hpp"
#include "protocol/encoded_word.hpp"
#include "protocol/rfc2047.hpp"
#include "server/log/trace_id.hpp"

using namespace shaman;

FUZZ_TARGET(names) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string field = client::encoded_words(text);
  const bool fits_header =
      std::all_of(field.begin(), field.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (!fits_header || http::decode_rfc2047(field) != text) std::abort();
  static_cast<void>(http::decode_rfc2047(text));
  const std::string_view trace = http::trace_id_in(text);
  if (!trace.empty() && (trace.size() != 32 || text.substr(3, 32) != trace)) std::abort();
  return 0;
}
