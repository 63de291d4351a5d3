// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace shaman::text {

/// The candidate that a mistyped word most probably means (ignoring case and leading dashes); empty
/// if more than a third of its letters would have to change. Of several equally near ones, the
/// first.
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace shaman::text
