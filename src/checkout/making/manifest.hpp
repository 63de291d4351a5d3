// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "checkout/making/plan.hpp"

namespace shaman {

/// The manifest of a checkout: a JSON array with one object for each file,
/// `{"path":…,"sha":…,"size":…}`, sorted by the bytes of the path, without white space except for a
/// line end after each file. The same files give the same bytes, so its digest identifies the
/// content. store/manifest_reader.hpp reads it.
[[nodiscard]] std::string manifest_of(std::span<const PlannedFile> files);

}  // namespace shaman
