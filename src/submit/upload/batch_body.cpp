// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/upload/batch_body.hpp"

#include <algorithm>
#include <cstring>

#include "shaman/text.hpp"

#include "protocol/batch.hpp"

namespace shaman::client {

std::uint64_t BatchBody::length_of(const std::vector<const Payload*>& payloads) {
  std::uint64_t length = 0;
  for (const Payload* const payload : payloads)
    length += protocol::batch_header(payload->id).size() + payload->id.size;
  return length;
}

result<void> BatchBody::open_next() {
  const Payload& payload = *payloads_[next_++];
  header_ = protocol::batch_header(payload.id);
  header_read_ = 0;
  left_ = payload.id.size;
  auto content = payload.open();
  if (!content) return content.error();
  content_ = std::move(*content);
  return {};
}

result<std::size_t> BatchBody::read(std::span<std::byte> into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const std::span<std::byte> room = into.subspan(filled);
    if (header_read_ < header_.size()) {
      const std::size_t length = std::min(room.size(), header_.size() - header_read_);
      std::memcpy(room.data(), header_.data() + header_read_, length);
      header_read_ += length;
      filled += length;
    } else if (left_ > 0) {
      const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(room.size(), left_));
      const result<std::size_t> got = content_->read(room.first(length));
      if (!got) return got.error();
      if (*got < length)
        return Error{errc::changed_while_read,
                     text::in_quotes(payloads_[next_ - 1]->place) + " became shorter"};
      left_ -= *got;
      filled += *got;
    } else if (next_ < payloads_.size()) {
      if (auto opened = open_next(); !opened) return opened.error();
    } else {
      break;
    }
  }
  return filled;
}

}  // namespace shaman::client
