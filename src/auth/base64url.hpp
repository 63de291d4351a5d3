// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace shaman::auth {

/// RFC 4648, 5, without padding. Decoding returns nothing for any other text.
[[nodiscard]] std::string to_base64url(std::span<const std::byte> bytes);
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace shaman::auth
