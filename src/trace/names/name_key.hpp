// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace shaman::trace {

/// Names that are the same for an artist have the same key: names that differ only in case (as on
/// Windows), in composed and decomposed Unicode forms (NFC, NFD: macOS), or in their encoding,
/// UTF-8 or Latin-1 (files from before 2.5). Any bytes may be given; the key is for comparing only.
[[nodiscard]] std::string name_key(std::string_view name);

}  // namespace shaman::trace
