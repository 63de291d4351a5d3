// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/calls/uploads/assembly.hpp"

#include <algorithm>

#include "server/calls/uploads/turns.hpp"

namespace shaman::http {

result<std::uint64_t> Assembly::step(std::span<const std::byte>& input) {
  if (has_range()) return copy();
  // A packed part is the largest step, and smaller than that.
  static_assert(protocol::kMostUnpacked <= kStepBytes);
  const auto part = decoder_.next(input);
  if (!part) return part.error();
  if (part->length > 0) {
    offset_ = part->offset;
    left_of_range_ = part->length;
    return copy();
  }
  if (part->content.empty()) return std::uint64_t{0};
  if (const auto written = upload_->write(part->content); !written) return written.error();
  return part->content.size();
}

result<std::uint64_t> Assembly::copy() {
  const auto piece = step_buffer().first(std::min<std::uint64_t>(left_of_range_, kStepBytes));
  if (const auto read = base_.read(offset_, piece); !read) {
    base_failure_ = read.error();
    return read.error();
  }
  if (const auto written = upload_->write(piece); !written) return written.error();
  offset_ += piece.size();
  left_of_range_ -= piece.size();
  return piece.size();
}

}  // namespace shaman::http
