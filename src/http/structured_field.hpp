// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// Items of structured fields (RFC 9651), of the two types that are needed here. Parameters after
/// the value are ignored, but must be well-formed. A field that is malformed, or of another type,
/// counts as absent.
namespace shaman::http {

/// `?1` or `?0`.
[[nodiscard]] std::optional<bool> parse_boolean_item(std::string_view field) noexcept;

/// An Integer: at most 15 digits, with an optional minus before them.
[[nodiscard]] std::optional<std::int64_t> parse_integer_item(std::string_view field) noexcept;

}  // namespace shaman::http
