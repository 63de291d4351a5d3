// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "shaman/error.hpp"
#include "shaman/file_list.hpp"

#include "protocol/json_body.hpp"
#include "protocol/list_difference.hpp"

namespace shaman::http {

/// The body of requirements, of create, and of `files:content`.
struct FilesRequest {
  FileList files;  ///< empty with a difference
  std::string checkout_path;
  std::optional<protocol::ListDifference> difference;
};

/// Which of them. Files of `content` have no paths, and no base.
enum class FilesRequestKind : std::uint8_t { requirements, create, content };

/// Deeper JSON is refused.
inline constexpr std::size_t kMaxJsonDepth = 16;

/// Reads it by SAX: checks its form as it arrives, and skips unknown members. Empties the body. A
/// request with a `base` has a difference, otherwise it has all files.
/// errc::invalid_argument names the member, as in `files[3].size`; errc::too_large beyond
/// `max_files`.
[[nodiscard]] result<FilesRequest> read_files_request(JsonBody& body, FilesRequestKind kind,
                                                      std::size_t max_files);

}  // namespace shaman::http
