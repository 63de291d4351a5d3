// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/rewrite/zstd_stream.hpp"

#include <algorithm>
#include <new>

#include <zstd.h>

namespace shaman::pack {
namespace {

constexpr int kMaxWindowLog = 27;
constexpr int kZstdLevel = 3;
constexpr std::size_t kChecksumBytes = 4;
constexpr std::size_t kDescriptorAt = 4;
constexpr std::byte kChecksumBit{0x04};

}  // namespace

void FrameDecoder::Free::operator()(ZSTD_DCtx_s* context) const noexcept {
  ZSTD_freeDCtx(context);
}

FrameDecoder::FrameDecoder(const os::InputFile& file, ExpansionLimit& limit)
    : file_(file), limit_(limit), context_(ZSTD_createDCtx()), input_(kPiece), output_(kPiece) {
  if (!context_) throw std::bad_alloc();
  ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kMaxWindowLog);
}

result<void> FrameDecoder::decode(const ZstdFrame& frame, const Take& take) {
  ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only);
  std::uint64_t offset = frame.offset;
  ZSTD_inBuffer in{input_.data(), 0, 0};
  while (true) {
    if (in.pos == in.size) {
      in.size =
          static_cast<std::size_t>(std::min<std::uint64_t>(input_.size(), frame.end() - offset));
      in.pos = 0;
      const std::span<std::byte> piece(input_.data(), in.size);
      if (auto read = read_exactly(file_, offset, piece, "a zstd frame"); !read) return read;
      offset += in.size;
    }
    ZSTD_outBuffer out{output_.data(), output_.size(), 0};
    const std::size_t in_before = in.pos;
    const std::size_t status = ZSTD_decompressStream(context_.get(), &out, &in);
    const std::uint64_t position = offset - (in.size - in.pos);
    if (ZSTD_isError(status) != 0) return damaged(file_, position, ZSTD_getErrorName(status));
    if (auto allowed = limit_.add(out.pos); !allowed) return allowed;
    if (auto taken = take(std::span(output_.data(), out.pos)); !taken) return taken;
    if (status == 0) {
      if (position != frame.end()) return damaged(file_, position, "a zstd frame ends too early");
      return {};
    }
    if (out.pos == 0 && in.pos == in_before && offset == frame.end())
      return damaged(file_, position, "a zstd frame does not end");
  }
}

void FrameEncoder::Free::operator()(ZSTD_CCtx_s* context) const noexcept {
  ZSTD_freeCCtx(context);
}

FrameEncoder::FrameEncoder(const Sink& sink)
    : sink_(sink), context_(ZSTD_createCCtx()), output_(kPiece) {
  if (!context_) throw std::bad_alloc();
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kZstdLevel);
  // Always made, because the seek table may need it for a frame without one: then it is removed
  // again.
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
}

void FrameEncoder::begin(std::optional<std::uint64_t> content_size, bool checksum) {
  ZSTD_CCtx_reset(context_.get(), ZSTD_reset_session_only);
  if (content_size) ZSTD_CCtx_setPledgedSrcSize(context_.get(), *content_size);
  keep_checksum_ = checksum;
  first_ = true;
  compressed_ = content_ = 0;
  held_.clear();
}

result<void> FrameEncoder::write(std::span<const std::byte> data) {
  content_ += data.size();
  return run(data, false);
}

result<void> FrameEncoder::run(std::span<const std::byte> data, bool end) {
  ZSTD_inBuffer in{data.data(), data.size(), 0};
  while (true) {
    ZSTD_outBuffer out{output_.data(), output_.size(), 0};
    const std::size_t left =
        ZSTD_compressStream2(context_.get(), &out, &in, end ? ZSTD_e_end : ZSTD_e_continue);
    if (ZSTD_isError(left) != 0)
      return Error{errc::io_error, std::string("zstd: ") + ZSTD_getErrorName(left)};
    if (auto given = give(std::span(output_.data(), out.pos)); !given) return given;
    if (end ? left == 0 : in.pos == in.size) return {};
  }
}

result<void> FrameEncoder::give(std::span<const std::byte> data) {
  held_.insert(held_.end(), data.begin(), data.end());
  if (held_.size() <= kDescriptorAt + kChecksumBytes) return {};
  if (first_ && !keep_checksum_) held_[kDescriptorAt] &= ~kChecksumBit;
  first_ = false;
  const std::size_t length = held_.size() - kChecksumBytes;
  compressed_ += length;
  auto given = sink_(std::span<const std::byte>(held_.data(), length));
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(length));
  return given;
}

result<SeekTable::Entry> FrameEncoder::finish() {
  if (const auto ended = run({}, true); !ended) return ended.error();
  std::uint32_t checksum = 0;
  for (std::size_t i = kChecksumBytes; i-- > 0;)
    checksum = checksum << 8 | std::to_integer<std::uint32_t>(held_[i]);
  if (keep_checksum_) {
    compressed_ += kChecksumBytes;
    if (const auto given = sink_(held_); !given) return given.error();
  }
  return SeekTable::Entry{compressed_, content_, checksum};
}

}  // namespace shaman::pack
