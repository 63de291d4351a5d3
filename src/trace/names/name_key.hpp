// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace shaman::trace {

/// Names that an artist would call the same have the same key: those that differ in case (as on
/// Windows), in Unicode's composed and decomposed forms (NFC, NFD: macOS), or in that one is UTF-8
/// and the other Latin-1 (files of before 2.5). Any bytes may be given; the key is for comparing
/// only.
[[nodiscard]] std::string name_key(std::string_view name);

}  // namespace shaman::trace
