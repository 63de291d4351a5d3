// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace shaman::http {

/// The trace that a request belongs to, by its field `traceparent` (W3C Trace Context): 32
/// hexadecimal digits within `value`. Empty if the value is malformed; nothing else of it is used.
[[nodiscard]] std::string_view trace_id_in(std::string_view value);

}  // namespace shaman::http
