// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "pack/rewrite/zstd_stream.hpp"

namespace shaman::pack {

/// Compresses a plain .blend as Blender does: many zstd frames and a seek table, so that it can be
/// read at random. Other files than plain .blend files pass unchanged.
class BlendCompressor {
 public:
  explicit BlendCompressor(const Sink& sink) : sink_(sink), encoder_(sink) {}

  [[nodiscard]] result<void> write(std::span<const std::byte> data);
  /// Call this at the end.
  [[nodiscard]] result<void> finish();

 private:
  enum class Form : unsigned char { unknown, plain, other };
  [[nodiscard]] result<void> decide();
  [[nodiscard]] result<void> write_frame();

  const Sink& sink_;
  FrameEncoder encoder_;
  Form form_ = Form::unknown;
  std::vector<std::byte> frame_;
  SeekTable table_;
};

}  // namespace shaman::pack
