// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "checkout/plan.hpp"

namespace shaman {

/// A checkout's manifest: a JSON array with one object a file, `{"path":…,"sha":…,"size":…}`,
/// sorted by the bytes of the path, without white space but for a line end after each file. The
/// same files give the same bytes, so its digest is the checkout's name by content.
[[nodiscard]] std::string manifest_of(std::span<const PlannedFile> files);

/// Calls `take` for each file of a manifest, in its order. Whether all of it is one.
[[nodiscard]] bool read_manifest(std::string_view manifest,
                                 const std::function<void(std::string path, const BlobId&)>& take);

}  // namespace shaman
