// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace shaman::client {

/// A text as one component of an address's path (RFC 3986, 2.1).
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace shaman::client
