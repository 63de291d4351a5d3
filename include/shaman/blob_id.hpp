// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "shaman/digest.hpp"

namespace shaman {

/// The identity of a blob: the SHA-256 of its content, and its size in bytes.
struct BlobId {
  Digest digest;
  std::uint64_t size = 0;

  friend auto operator<=>(const BlobId&, const BlobId&) = default;

  /// For messages: the first 12 hex digits and the size, `0123456789ab…-4096`.
  [[nodiscard]] std::string brief() const;
};

}  // namespace shaman

template <>
struct std::hash<shaman::BlobId> {
  std::size_t operator()(const shaman::BlobId& id) const noexcept {
    return std::hash<shaman::Digest>()(id.digest) ^ (id.size * 0x9e3779b97f4a7c15U);
  }
};
