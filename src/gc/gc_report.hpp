// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/gc.hpp"

namespace shaman {

/// A sentence about the places that a run could not read: how many, the first few, and what was
/// kept for them.
[[nodiscard]] std::string text_of_unread(const GcResults& results);

}  // namespace shaman
