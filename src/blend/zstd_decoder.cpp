// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <zstd.h>

#include "blend/limits.hpp"
#include "bytes.hpp"
#include "decoder.hpp"
#include "messages.hpp"

namespace shaman::blend {
namespace {

// Where a frame starts.
struct Frame {
  std::uint64_t compressed = 0;
  std::uint64_t uncompressed = 0;
};

struct SeekTable {
  std::vector<Frame> frames;
  std::uint64_t uncompressed_size = 0;
};

// The seekable format of zstd's contrib/seekable_format, which Blender writes: a skippable frame at
// the end with the sizes of all others. A table that is inconsistent is ignored; decoding then
// finds the frames.
std::optional<SeekTable> read_seek_table(ByteSource& raw) {
  constexpr std::size_t kFooterBytes = 9;
  constexpr std::size_t kHeadBytes = 8;
  const std::uint64_t size = raw.size().value_or(0);
  if (size < kFooterBytes + kHeadBytes) return std::nullopt;
  std::array<std::byte, kFooterBytes> footer;
  if (const auto read = raw.read_at(size - kFooterBytes, footer); !read || *read != footer.size())
    return std::nullopt;
  const std::span<const std::byte> view = footer;
  if (read_unsigned(view.subspan(5, 4), false) != 0x8F92EAB1) return std::nullopt;
  const std::uint64_t count = read_unsigned(view.first(4), false);
  const std::size_t entry_bytes = (std::to_integer<unsigned>(footer[4]) & 0x80U) != 0 ? 12 : 8;
  const std::uint64_t table_bytes = kHeadBytes + count * entry_bytes + kFooterBytes;
  if (table_bytes > size) return std::nullopt;

  std::vector<std::byte> bytes(static_cast<std::size_t>(table_bytes));
  if (const auto read = raw.read_at(size - table_bytes, bytes); !read || *read != bytes.size())
    return std::nullopt;
  const std::span<const std::byte> table = bytes;
  if (read_unsigned(table.first(4), false) != 0x184D2A5E ||
      read_unsigned(table.subspan(4, 4), false) != table_bytes - kHeadBytes)
    return std::nullopt;

  SeekTable seek_table;
  seek_table.frames.reserve(static_cast<std::size_t>(count));
  Frame at;
  for (std::size_t i = 0; i < count; ++i) {
    seek_table.frames.push_back(at);
    const auto entry = table.subspan(kHeadBytes + i * entry_bytes, 8);
    at.compressed += read_unsigned(entry.first(4), false);
    at.uncompressed += read_unsigned(entry.subspan(4, 4), false);
  }
  if (at.compressed != size - table_bytes) return std::nullopt;
  seek_table.uncompressed_size = at.uncompressed;
  return seek_table;
}

class ZstdDecoder final : public Decoder {
 public:
  explicit ZstdDecoder(std::unique_ptr<ByteSource> raw)
      : raw_(std::move(raw)), input_(ZSTD_DStreamInSize()), stream_(ZSTD_createDStream()) {
    ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, kZstdWindowLog);
    if (std::optional<SeekTable> table = read_seek_table(*raw_)) {
      frames_ = std::move(table->frames);
      size_ = table->uncompressed_size;
    }
    if (frames_.empty()) frames_.push_back({});
  }
  ~ZstdDecoder() override { ZSTD_freeDStream(stream_); }

  result<void> seek(std::uint64_t offset) override {
    const auto after = std::upper_bound(
        frames_.begin(), frames_.end(), offset,
        [](std::uint64_t wanted, const Frame& frame) { return wanted < frame.uncompressed; });
    const Frame& frame = *(after - 1);
    const bool go_on =
        position_ <= offset && position_ >= frame.uncompressed && (started_ || position_ > 0);
    if (!go_on) restart(frame);
    return {};
  }

  [[nodiscard]] std::uint64_t position() const noexcept override { return position_; }

  result<std::size_t> decode(std::span<std::byte> into) override {
    started_ = true;
    ZSTD_outBuffer out{into.data(), into.size(), 0};
    while (out.pos < out.size) {
      if (in_.pos == in_.size) {
        const result<bool> more = refill();
        if (!more) return more.error();
        if (!*more) {
          if (in_frame_) return cut_off(raw_->name(), next_input_);
          size_ = position_ + out.pos;
          break;
        }
      }
      if (const result<void> step = decompress(out); !step) return step.error();
    }
    position_ += out.pos;
    return out.pos;
  }

  [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }

 private:
  void restart(const Frame& frame) {
    ZSTD_DCtx_reset(stream_, ZSTD_reset_session_only);
    next_input_ = frame.compressed;
    position_ = frame.uncompressed;
    in_ = {input_.data(), 0, 0};
    in_frame_ = false;
  }

  result<bool> refill() {
    const result<std::size_t> count = raw_->read_at(next_input_, input_);
    if (!count) return count.error();
    next_input_ += *count;
    in_ = {input_.data(), *count, 0};
    return *count > 0;
  }

  result<void> decompress(ZSTD_outBuffer& out) {
    const std::size_t left = ZSTD_decompressStream(stream_, &out, &in_);
    const std::uint64_t compressed = next_input_ - in_.size + in_.pos;
    if (ZSTD_isError(left) != 0) {
      return damaged(raw_->name(), compressed,
                     std::string("valid zstd data (") + ZSTD_getErrorName(left) + ")");
    }
    in_frame_ = left != 0;
    if (!in_frame_) return end_of_frame({compressed, position_ + out.pos});
    return {};
  }

  // Remembers where the next frame starts, or checks the seek table's entry.
  result<void> end_of_frame(const Frame& next) {
    const auto known = std::lower_bound(
        frames_.begin(), frames_.end(), next.compressed,
        [](const Frame& frame, std::uint64_t wanted) { return frame.compressed < wanted; });
    if (known == frames_.end()) {
      // Many empty frames do not need an entry each.
      if (!size_ && next.uncompressed - frames_.back().uncompressed >= kLeastFrameStep)
        frames_.push_back(next);
    } else if (known->compressed == next.compressed && known->uncompressed != next.uncompressed) {
      return damaged(raw_->name(), next.compressed, "a frame of the size that the seek table says");
    }
    return {};
  }

  static constexpr std::uint64_t kLeastFrameStep = 64 * 1024;

  std::unique_ptr<ByteSource> raw_;
  std::vector<std::byte> input_;
  ZSTD_DStream* stream_;
  ZSTD_inBuffer in_{};
  std::vector<Frame> frames_;  // by both offsets; those known so far
  std::optional<std::uint64_t> size_;
  std::uint64_t next_input_ = 0;  // compressed offset behind what is in input_
  std::uint64_t position_ = 0;
  bool in_frame_ = false;
  bool started_ = false;
};

}  // namespace

result<std::unique_ptr<Decoder>> make_zstd_decoder(std::unique_ptr<ByteSource> raw) {
  return std::unique_ptr<Decoder>(std::make_unique<ZstdDecoder>(std::move(raw)));
}

}  // namespace shaman::blend
