// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/parameters.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "shaman/text.hpp"

namespace shaman::http {

result<BlobId> parse_blob_id(std::string_view checksum, std::string_view size) {
  const auto digest = Digest::from_hex(checksum);
  if (!digest)
    return Error{errc::invalid_argument, "the checksum must be a SHA-256 of 64 hex digits, not '" +
                                             text::printable(checksum.substr(0, 80)) + "'"};
  std::int64_t bytes = 0;
  const auto parsed = std::from_chars(size.data(), size.data() + size.size(), bytes);
  if (parsed.ec != std::errc() || parsed.ptr != size.data() + size.size() || bytes < 0)
    return Error{errc::invalid_argument,
                 "the file size must be a number of bytes from 0 to 9223372036854775807, not '" +
                     text::printable(size.substr(0, 80)) + "'"};
  return BlobId{*digest, static_cast<std::uint64_t>(bytes)};
}

std::string path_of(const std::vector<std::string_view>& segments) {
  std::string path;
  for (const std::string_view segment : segments) {
    path += segment;
    path += '/';
  }
  path.pop_back();
  return path;
}

bool is_yes(std::string_view value) noexcept {
  static constexpr std::array<std::string_view, 6> kYes{"1", "t", "T", "true", "True", "TRUE"};
  return std::find(kYes.begin(), kYes.end(), value) != kYes.end();
}

}  // namespace shaman::http
