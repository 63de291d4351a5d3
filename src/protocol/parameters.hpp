// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"

namespace shaman::http {

/// The address of a file, `{checksum}/{filesize}`: 64 hex digits of either case, and a decimal
/// number up to 2^63-1. errc::invalid_argument.
[[nodiscard]] result<BlobId> parse_blob_id(std::string_view checksum, std::string_view size);

/// Whether a header's value means yes, as Go's strconv.ParseBool takes it: `1 t T true True TRUE`.
/// Any other value means no: such a client can still wait for its upload.
[[nodiscard]] bool is_yes(std::string_view value) noexcept;

/// The path of a checkout in an address. Segments were decoded one by one: a client that encodes
/// the whole path, slashes included, sends a single one, and both mean the same.
[[nodiscard]] std::string path_of(const std::vector<std::string_view>& segments);

}  // namespace shaman::http
