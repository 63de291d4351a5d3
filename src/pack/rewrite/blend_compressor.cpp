// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/rewrite/blend_compressor.hpp"

#include <algorithm>
#include <string_view>

namespace shaman::pack {
namespace {

constexpr std::size_t kFrame = kPiece;

}  // namespace

result<void> BlendCompressor::decide() {
  const std::string_view start(reinterpret_cast<const char*>(frame_.data()),
                               std::min(frame_.size(), kPlainMagic.size()));
  form_ = start == kPlainMagic ? Form::plain : Form::other;
  if (form_ == Form::plain) return {};
  result<void> given = sink_(frame_);
  frame_.clear();
  return given;
}

result<void> BlendCompressor::write(std::span<const std::byte> data) {
  if (form_ == Form::other) return sink_(data);
  while (!data.empty()) {
    const std::span<const std::byte> part =
        data.first(std::min(data.size(), kFrame - frame_.size()));
    frame_.insert(frame_.end(), part.begin(), part.end());
    data = data.subspan(part.size());
    if (form_ == Form::unknown && frame_.size() >= kPlainMagic.size()) {
      if (auto decided = decide(); !decided) return decided;
      if (form_ == Form::other) return data.empty() ? result<void>() : sink_(data);
    }
    if (frame_.size() < kFrame) continue;
    if (auto written = write_frame(); !written) return written;
  }
  return {};
}

result<void> BlendCompressor::write_frame() {
  encoder_.begin(frame_.size(), false);
  if (auto written = encoder_.write(frame_); !written) return written;
  const auto entry = encoder_.finish();
  if (!entry) return entry.error();
  table_.entries.push_back(*entry);
  frame_.clear();
  return {};
}

result<void> BlendCompressor::finish() {
  if (form_ == Form::unknown) return decide();
  if (form_ == Form::other) return {};
  if (!frame_.empty()) {
    if (auto written = write_frame(); !written) return written;
  }
  return sink_(encode_seek_table(table_));
}

}  // namespace shaman::pack
