// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/blob_id.hpp"

/// Many files in one request (docs/protocol.md): each is a header line and its content.
namespace shaman::protocol {

/// The longest header line without its end: 64 digits, a space, 19 digits.
inline constexpr std::size_t kLongestBatchHeader = 84;

/// `CHECKSUM SIZE\n`
[[nodiscard]] std::string batch_header(const BlobId& id);

/// The result of one file of a batch.
struct BatchedFile {
  BlobId id;
  unsigned status = 0;  ///< as of an upload of this file alone
  std::string message;  ///< of a refusal
};

/// `{"files":[{"sha":…,"size":…,"status":204}…]}`, in the order of the request.
[[nodiscard]] std::string batch_answer(std::span<const BatchedFile> files);
/// Reads such an answer: statuses and messages; none if it is invalid.
[[nodiscard]] std::vector<BatchedFile> read_batch_answer(std::string_view json);

}  // namespace shaman::protocol
