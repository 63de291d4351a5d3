// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/client/outgoing_body.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include <zstd.h>

namespace shaman::client {
namespace {

// `0003ff00` and CR LF: a chunk's size is written before it is known how many digits it needs.
constexpr std::size_t kChunkHead = 10;
constexpr std::string_view kChunkEnd = "\r\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";
constexpr std::size_t kReadAtOnce = 256 * 1024;
// What is compressed to almost nothing must move all the same, or a server takes it for a stall.
constexpr std::uint64_t kFlushAfter = 2U << 20U;

}  // namespace

struct OutgoingBody::Compressor {
  Compressor(int level, std::uint64_t length) : context(ZSTD_createCStream()) {
    if (context == nullptr) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, kWindowLog);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setPledgedSrcSize(context, length);
    buffer.resize(static_cast<std::size_t>(std::min<std::uint64_t>(length, kReadAtOnce)));
  }
  ~Compressor() { ZSTD_freeCStream(context); }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  ZSTD_CStream* context;
  std::vector<std::byte> buffer;
  std::span<const std::byte> input;
  bool is_flushing = false;
};

OutgoingBody::OutgoingBody(BodySource& content, std::uint64_t length, std::optional<int> zstd_level)
    : content_(content), left_(length), is_done_(length == 0 && !zstd_level) {
  if (zstd_level) compressor_ = std::make_unique<Compressor>(*zstd_level, length);
}

OutgoingBody::~OutgoingBody() = default;

result<OutgoingBody::Piece> OutgoingBody::next(std::span<std::byte> room) {
  return compressor_ ? next_compressed(room) : next_plain(room);
}

result<void> OutgoingBody::read(std::span<std::byte> into) {
  const result<std::size_t> got = content_.read(into);
  if (!got) return got.error();
  if (*got < into.size())
    return Error{errc::changed_while_read, "a file became shorter while it was being sent"};
  left_ -= into.size();
  return {};
}

result<OutgoingBody::Piece> OutgoingBody::next_plain(std::span<std::byte> room) {
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(left_, room.size()));
  if (auto done = read(room.first(length)); !done) return done.error();
  is_done_ = left_ == 0;
  return Piece{length, length};
}

result<OutgoingBody::Piece> OutgoingBody::next_compressed(std::span<std::byte> room) {
  Compressor& state = *compressor_;
  const std::size_t around = kChunkHead + kChunkEnd.size() + kLastChunk.size();
  ZSTD_outBuffer out{room.data() + kChunkHead, room.size() - around, 0};
  Piece piece;
  while (!is_done_ && out.pos < out.size) {
    if (state.input.empty() && left_ > 0 && !state.is_flushing) {
      if (out.pos > 0 && piece.content >= kFlushAfter) break;
      const auto length =
          static_cast<std::size_t>(std::min<std::uint64_t>(left_, state.buffer.size()));
      const std::span<std::byte> into = std::span(state.buffer).first(length);
      if (auto done = read(into); !done) return done.error();
      state.input = into;
      piece.content += length;
      state.is_flushing = piece.content >= kFlushAfter && out.pos == 0;
    }
    const ZSTD_EndDirective what = left_ == 0          ? ZSTD_e_end
                                   : state.is_flushing ? ZSTD_e_flush
                                                       : ZSTD_e_continue;
    ZSTD_inBuffer in{state.input.data(), state.input.size(), 0};
    const std::size_t open = ZSTD_compressStream2(state.context, &out, &in, what);
    state.input = state.input.subspan(in.pos);
    if (ZSTD_isError(open) != 0)
      return Error{errc::io_error, std::string("cannot compress: ") + ZSTD_getErrorName(open)};
    if (open > 0 || !state.input.empty()) continue;
    is_done_ = what == ZSTD_e_end;
    if (state.is_flushing) {
      state.is_flushing = false;
      break;
    }
  }
  std::array<char, kChunkHead + 1> head{};
  std::snprintf(head.data(), head.size(), "%08zx\r\n", out.pos);
  std::memcpy(room.data(), head.data(), kChunkHead);
  piece.bytes = kChunkHead + out.pos;
  const auto append = [&](std::string_view text) {
    std::memcpy(room.data() + piece.bytes, text.data(), text.size());
    piece.bytes += text.size();
  };
  append(kChunkEnd);
  if (is_done_) append(kLastChunk);
  return piece;
}

}  // namespace shaman::client
