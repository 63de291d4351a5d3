// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/request_head.hpp"
#include "http/response.hpp"

/// The fields of resumable uploads (IETF draft-ietf-httpbis-resumable-upload, interop versions 5 to
/// 9), docs/protocol.md says which are used. Sans-I/O.
namespace shaman::http {

struct ResumptionFields {
  std::optional<bool> complete;         ///< Upload-Complete
  std::optional<std::uint64_t> offset;  ///< Upload-Offset
  std::optional<std::uint64_t> length;  ///< Upload-Length
  std::optional<std::int64_t> version;  ///< Upload-Draft-Interop-Version
  std::string media_type;               ///< Content-Type, without parameters, in lower case

  [[nodiscard]] static ResumptionFields of(const RequestHead& head);
  /// Whether interim answers (104) are understood.
  [[nodiscard]] bool speaks_draft() const noexcept;
  /// Whether a POST with these requests a resumable upload.
  [[nodiscard]] bool asks_for_resumption() const noexcept;
  /// Whether a PATCH's media type is right: version 5 had none yet.
  [[nodiscard]] bool has_right_media_type() const noexcept;
};

/// The limits of uploads, which every answer states.
struct UploadLimits {
  std::uint64_t max_size = 0;
  std::chrono::seconds max_age{0};  ///< from now

  [[nodiscard]] std::string header() const;  ///< the Upload-Limit line, ended by CRLF
};

/// Adds the lines of an answer: how much is held (none: not stated), and whether this is the end.
void add_resumption(Response& response, const UploadLimits& limits,
                    std::optional<std::uint64_t> offset, std::optional<bool> complete);

/// `HTTP/1.1 104 Upload Resumption Supported` with its empty line; `location` in the first one.
[[nodiscard]] std::string interim_answer(std::int64_t version, std::string_view location,
                                         const UploadLimits& limits,
                                         std::optional<std::uint64_t> offset);

/// Problem details (RFC 9457) of the two kinds that the draft defines.
[[nodiscard]] Response mismatching_offset(std::uint64_t expected, std::uint64_t provided);
[[nodiscard]] Response inconsistent_length(std::string_view message);

}  // namespace shaman::http
