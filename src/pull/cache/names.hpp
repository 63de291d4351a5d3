// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shaman/blob_id.hpp"

#include "base/number_text.hpp"

namespace shaman::pull {

/// `<64 hex>-<size>`
[[nodiscard]] inline std::string blob_name(const BlobId& id) {
  return id.digest.hex() + "-" + std::to_string(id.size);
}

/// The opposite; nothing for any other text.
[[nodiscard]] inline std::optional<BlobId> blob_of_name(std::string_view name) {
  if (name.size() < Digest::kHexDigits + 2 || name[Digest::kHexDigits] != '-') return std::nullopt;
  const auto digest = Digest::from_hex(name.substr(0, Digest::kHexDigits));
  const auto size = number_of<std::uint64_t>(name.substr(Digest::kHexDigits + 1));
  if (!digest || !size) return std::nullopt;
  const BlobId id{*digest, *size};
  if (blob_name(id) != name) return std::nullopt;
  return id;
}

}  // namespace shaman::pull
