// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/pins.hpp"
#include "shaman/text.hpp"
#include "shaman/units.hpp"

namespace shaman::program {

/// `12 files, 3.4 MiB`.
[[nodiscard]] inline std::string size_text(const Pin& pin) {
  return text::count_of(pin.files, "file", "files") + ", " + units::size_text(pin.bytes);
}

}  // namespace shaman::program
