// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pack/rewrite/rewrite_forms.hpp"
#include "pack/rewrite/zstd_frames.hpp"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace shaman::pack {

/// Decompresses single frames piece by piece; a window over 2^27 bytes is refused.
class FrameDecoder {
 public:
  using Take = std::function<result<void>(std::span<std::byte> piece)>;

  FrameDecoder(const os::InputFile& file, ExpansionLimit& limit);
  /// errc::damaged_file, errc::limit_exceeded, the errors of `take`, which may change the pieces.
  [[nodiscard]] result<void> decode(const ZstdFrame& frame, const Take& take);

 private:
  struct Free {
    void operator()(ZSTD_DCtx_s* context) const noexcept;
  };
  const os::InputFile& file_;
  ExpansionLimit& limit_;
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
  std::vector<std::byte> input_;
  std::vector<std::byte> output_;
};

/// Compresses single frames piece by piece, always the same way: level 3, as Blender does, in one
/// thread.
class FrameEncoder {
 public:
  explicit FrameEncoder(const Sink& sink);

  /// Begins a frame; `checksum` says whether the frame ends with one.
  void begin(std::optional<std::uint64_t> content_size, bool checksum);
  [[nodiscard]] result<void> write(std::span<const std::byte> data);
  /// Ends the frame and returns its sizes and the content's checksum for a seek table.
  [[nodiscard]] result<SeekTable::Entry> finish();

 private:
  [[nodiscard]] result<void> run(std::span<const std::byte> data, bool end);
  [[nodiscard]] result<void> give(std::span<const std::byte> data);

  struct Free {
    void operator()(ZSTD_CCtx_s* context) const noexcept;
  };
  const Sink& sink_;
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
  std::vector<std::byte> output_;
  std::vector<std::byte> held_;  // made but not passed on yet: its end may be the checksum
  bool keep_checksum_ = false;
  bool first_ = false;
  std::uint64_t compressed_ = 0;
  std::uint64_t content_ = 0;
};

}  // namespace shaman::pack
