// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/calls/uploads/intake.hpp"

#include <algorithm>
#include <span>

#include "server/calls/uploads/turns.hpp"

namespace shaman::http {

result<std::uint64_t> Intake::step() {
  if (!is_clone_) {
    const auto cloned = upload_->clone(file_);
    if (!cloned) return cloned.error();
    is_clone_ = *cloned;
  }
  const std::uint64_t left = upload_->id().size - upload_->received();
  const auto piece = step_buffer().first(std::min<std::uint64_t>(left, kStepBytes));
  if (const auto taken = take(piece); !taken) return taken.error();
  proof_.update(piece);
  return piece.size();
}

result<void> Intake::take(std::span<std::byte> piece) {
  if (is_clone()) return upload_->hash_clone(piece);
  const auto read = file_.read(upload_->received(), piece);
  is_of_file_ = !read;
  if (!read) return read;
  return upload_->write(piece);
}

}  // namespace shaman::http
