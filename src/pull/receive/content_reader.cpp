// SPDX-License-Identifier: GPL-3.0-or-later
#include "pull/receive/content_reader.hpp"

#include <algorithm>
#include <utility>

#include "protocol/batch.hpp"

namespace shaman::pull {
namespace {

Error not_requested() {
  return {errc::protocol_error,
          "the server sent other files than those that were requested, or sent them in another "
          "form; tell the farm's admin"};
}

}  // namespace

ContentReader::ContentReader(std::vector<BlobId> expected, Callbacks callbacks)
    : expected_(std::move(expected)), callbacks_(std::move(callbacks)) {}

result<void> ContentReader::take_line() {
  const BlobId& id = expected_[next_];
  if (line_ == protocol::batch_header(id)) {
    content_.clear();
    is_in_content_ = true;
    line_.clear();
    // An empty file is whole already.
    return id.size == 0 ? take_content({}) : result<void>();
  }
  if (line_ != id.digest.hex() + " missing\n") return not_requested();
  line_.clear();
  ++next_;
  return callbacks_.is_missing(id);
}

result<void> ContentReader::take_content(std::span<const std::byte> content) {
  const BlobId& id = expected_[next_];
  is_in_content_ = false;
  ++next_;
  if (Sha256::of(content) != id.digest)
    return Error{errc::content_mismatch,
                 "the server sent a file whose content is not that of its checksum (" + id.brief() +
                     "); its storage may be damaged: tell the farm's admin"};
  return callbacks_.is_whole(id, content);
}

result<void> ContentReader::write(std::span<const std::byte> piece) {
  while (!piece.empty()) {
    if (is_over()) return not_requested();
    if (!is_in_content_) {
      const auto end = std::ranges::find(piece, std::byte{'\n'});
      const bool is_whole = end != piece.end();
      const auto count = static_cast<std::size_t>(end - piece.begin()) + (is_whole ? 1 : 0);
      if (line_.size() + count > protocol::kLongestBatchHeader + 1) return not_requested();
      line_.append(reinterpret_cast<const char*>(piece.data()), count);
      piece = piece.subspan(count);
      if (!is_whole) continue;
      if (auto taken = take_line(); !taken) return taken;
      continue;
    }
    const auto size = static_cast<std::size_t>(expected_[next_].size);
    const std::size_t count = std::min(size - content_.size(), piece.size());
    const auto part = piece.first(count);
    piece = piece.subspan(count);
    if (content_.empty() && count == size) {
      if (auto taken = take_content(part); !taken) return taken;
      continue;
    }
    content_.insert(content_.end(), part.begin(), part.end());
    if (content_.size() < size) continue;
    const std::vector<std::byte> whole = std::exchange(content_, {});
    if (auto taken = take_content(whole); !taken) return taken;
  }
  return {};
}

}  // namespace shaman::pull
