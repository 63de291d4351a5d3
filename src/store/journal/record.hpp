// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shaman/blob_id.hpp"

/// The form of a journal's segments (docs/design/0086-small-files-go-through-a-journal.md). No I/O.
///
/// A segment is a file of whole pages. The first page has its header, with a nonce that is new each
/// time that the segment is used again. Each record begins with a page of its own: a header, then
/// the content of one blob. What an earlier use left, or what was not written whole, is not read as
/// a record.
namespace shaman::journal {

inline constexpr std::uint64_t kPage = 4096;
inline constexpr std::size_t kSegmentHeader = 32;
inline constexpr std::size_t kRecordHeader = 72;

/// kSegmentHeader bytes.
[[nodiscard]] std::string segment_header(std::uint64_t nonce);
/// The nonce; nothing if these are not the first bytes of a segment.
[[nodiscard]] std::optional<std::uint64_t> read_segment_header(std::string_view bytes);

/// kRecordHeader bytes, for the record at this offset of a segment with this nonce.
[[nodiscard]] std::string record_header(const BlobId& id, std::uint64_t nonce,
                                        std::uint64_t offset);
/// The blob whose content follows; nothing if no record of that segment begins with these bytes.
/// Whether the content is whole is for its digest to say.
[[nodiscard]] std::optional<BlobId> read_record_header(std::string_view bytes, std::uint64_t nonce,
                                                       std::uint64_t offset);

/// The whole pages that the record of a blob of this size takes, in bytes.
[[nodiscard]] constexpr std::uint64_t record_bytes(std::uint64_t size) noexcept {
  return (kRecordHeader + size + kPage - 1) / kPage * kPage;
}

}  // namespace shaman::journal
