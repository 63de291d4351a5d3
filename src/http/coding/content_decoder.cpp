// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/coding/content_decoder.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>

#include <zlib.h>
#include <zstd.h>

#include "shaman/units.hpp"

namespace shaman::http {
namespace {

constexpr std::size_t kMagicBytes = 4;
constexpr std::array<unsigned char, kMagicBytes> kMagic{0x28, 0xB5, 0x2F, 0xFD};
constexpr int kMostWindowLog = 23;
static_assert(ContentDecoder::kMostWindow == std::uint64_t{1} << kMostWindowLog);

// Besides its window, libzstd has two blocks, and its own state (content_decoder_test).
constexpr std::uint64_t kLargestBlock = std::uint64_t{128} << 10;
constexpr std::uint64_t kZstdState = std::uint64_t{256} << 10;
// zlib.h: 32 KiB of window and 7 KB; a gzip head may have any number of bytes, which are not kept.
constexpr std::uint64_t kGzipState = std::uint64_t{48} << 10;

std::uint64_t little_endian(std::span<const char> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

// The lengths of a frame header's fields follow from its first byte (RFC 8878, 3.1.1.1).
struct FrameFields {
  explicit FrameFields(char descriptor) {
    const auto bits = static_cast<unsigned char>(descriptor);
    constexpr std::array<std::size_t, 4> kDictionary{0, 1, 2, 4};
    constexpr std::array<std::size_t, 4> kSize{0, 2, 4, 8};
    is_single = (bits & 0x20U) != 0;
    is_reserved = (bits & 0x08U) != 0;
    dictionary = kDictionary[bits & 3U];
    size = bits >> 6U == 0 && is_single ? 1 : kSize[bits >> 6U];
  }
  [[nodiscard]] std::size_t length() const { return (is_single ? 0 : 1) + dictionary + size; }

  bool is_single = false;  // the window is as large as the content
  bool is_reserved = false;
  std::size_t dictionary = 0;
  std::size_t size = 0;
};

std::uint64_t window_of(char descriptor) {
  const auto bits = static_cast<unsigned char>(descriptor);
  const std::uint64_t base = std::uint64_t{1} << (10 + (bits >> 3U));
  return base + base / 8 * (bits & 7U);
}

}  // namespace

struct ContentDecoder::Zstd {
  Zstd() : context(ZSTD_createDStream()) {
    if (context == nullptr) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, kMostWindowLog);
  }
  ~Zstd() { ZSTD_freeDStream(context); }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;

  // Returns what libzstd says: 0 at the end of the frame.
  std::size_t run(std::span<const char> in, std::span<char> out, Step& step) const {
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    const std::size_t said = ZSTD_decompressStream(context, &to, &from);
    step = {from.pos, to.pos};
    return said;
  }

  ZSTD_DStream* context;
};

struct ContentDecoder::Gzip {
  Gzip() {
    constexpr int kGzipOnly = 16;
    if (inflateInit2(&stream, MAX_WBITS + kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~Gzip() { inflateEnd(&stream); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  z_stream stream{};
};

ContentDecoder::ContentDecoder(ContentCoding coding) : coding_(coding) {
  if (coding_ == ContentCoding::zstd) {
    head_wanted_ = kMagicBytes + 1;
  } else {
    has_head_ = true;
    memory_ = kGzipState;
  }
}

ContentDecoder::~ContentDecoder() = default;

void ContentDecoder::fail(const std::string& why) {
  problem_ = coding_ == ContentCoding::zstd ? "the body is not valid zstd: "
                                            : "the body is not valid gzip: ";
  problem_ += why;
}

std::size_t ContentDecoder::take_head(std::span<const char> in) {
  std::size_t taken = 0;
  while (!has_head_ && !is_bad() && taken < in.size()) {
    const std::size_t length = std::min(head_wanted_ - head_length_, in.size() - taken);
    std::memcpy(head_.data() + head_length_, in.data() + taken, length);
    head_length_ += length;
    taken += length;
    if (head_length_ == head_wanted_) read_zstd_head();
  }
  return taken;
}

// libzstd would also take skippable frames and those of its first versions.
void ContentDecoder::read_zstd_head() {
  if (std::memcmp(head_.data(), kMagic.data(), kMagicBytes) != 0)
    return fail("it does not begin with a zstd frame");
  const FrameFields fields(head_[kMagicBytes]);
  if (fields.is_reserved) return fail("its header has a bit set that has no meaning");
  if (head_length_ == kMagicBytes + 1) head_wanted_ += fields.length();
  if (head_length_ < head_wanted_) return;

  const std::span<const char> rest =
      std::span<const char>(head_).subspan(kMagicBytes + 1, fields.length());
  const std::size_t at = fields.is_single ? 0 : 1;
  if (little_endian(rest.subspan(at, fields.dictionary)) != 0)
    return fail("it needs a dictionary, which this server does not have");
  if (fields.size > 0) {
    constexpr std::uint64_t kTwoBytesBegin = 256;
    size_ = little_endian(rest.last(fields.size)) + (fields.size == 2 ? kTwoBytesBegin : 0);
  }
  const std::uint64_t window = fields.is_single ? size_.value_or(0) : window_of(rest.front());
  if (window > kMostWindow)
    return fail("its window is larger than " + units::size_text(kMostWindow) +
                " (RFC 9659): compress with a smaller one");
  memory_ =
      std::min(window, size_.value_or(window)) + 2 * std::min(window, kLargestBlock) + kZstdState;
  has_head_ = true;
}

ContentDecoder::Step ContentDecoder::decode(std::span<const char> in, std::span<char> out) {
  Step all;
  all.consumed = take_head(in);
  if (!has_head_ || is_bad()) return all;
  const std::span<const char> rest = in.subspan(all.consumed);
  if (is_done_) {
    if (!rest.empty()) fail("more follows behind its end");
    return {all.consumed + rest.size(), 0};
  }
  const Step step =
      coding_ == ContentCoding::zstd ? decode_zstd(rest, out) : decode_gzip(rest, out);
  return {all.consumed + step.consumed, step.produced};
}

ContentDecoder::Step ContentDecoder::decode_zstd(std::span<const char> in, std::span<char> out) {
  Step step;
  if (!zstd_) {
    zstd_ = std::make_unique<Zstd>();
    static_cast<void>(zstd_->run(std::span(head_).first(head_length_), {}, step));
    if (step.consumed != head_length_) {
      fail("its header is damaged");
      return {};
    }
  }
  const std::size_t said = zstd_->run(in, out, step);
  produced_ += step.produced;
  if (ZSTD_isError(said) != 0)
    fail(ZSTD_getErrorName(said));
  else
    is_done_ = said == 0;
  // libzstd does not look if the last block is empty.
  if (is_done_ && size_ && produced_ != *size_) fail("its header states another size");
  if (is_done_ || is_bad()) zstd_.reset();
  return step;
}

ContentDecoder::Step ContentDecoder::decode_gzip(std::span<const char> in, std::span<char> out) {
  if (!gzip_) gzip_ = std::make_unique<Gzip>();
  constexpr std::size_t kMostAtOnce = std::numeric_limits<uInt>::max();
  z_stream& stream = gzip_->stream;
  // zlib does not write to its input.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  stream.avail_in = static_cast<uInt>(std::min(in.size(), kMostAtOnce));
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(std::min(out.size(), kMostAtOnce));
  const Step before{stream.avail_in, stream.avail_out};
  const int said = inflate(&stream, Z_NO_FLUSH);
  const Step step{before.consumed - stream.avail_in, before.produced - stream.avail_out};
  // Z_BUF_ERROR: neither input nor room was left.
  if (said != Z_OK && said != Z_STREAM_END && said != Z_BUF_ERROR)
    fail(stream.msg != nullptr ? stream.msg : "it is damaged");
  is_done_ = said == Z_STREAM_END;
  if (is_done_ || is_bad()) gzip_.reset();
  return step;
}

void ContentDecoder::end() {
  if (!is_done_ && !is_bad()) fail("it ends too early");
}

void ContentDecoder::refuse_length() {
  if (!is_bad()) fail("it is longer than its content may be");
}

}  // namespace shaman::http
