// SPDX-License-Identifier: GPL-3.0-or-later
// A gzip file is one stream (RFC 1952): a change anywhere changes all later bytes, so the file is
// compressed again as a whole. It contains no time, name or system: the same content gives the same
// bytes.
#include <algorithm>
#include <array>
#include <vector>

#include <zlib.h>

#include "pack/rewrite/rewrite_forms.hpp"

namespace shaman::pack {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib's manual: 16 selects the gzip format
constexpr int kGzipLevel = 6;
constexpr int kMemory = 8;
constexpr int kUnknownSystem = 255;

Bytef* zlib_bytes(std::byte* bytes) {
  return reinterpret_cast<Bytef*>(bytes);
}

class Deflater {
 public:
  explicit Deflater(const Sink& sink) : sink_(sink), buffer_(kPiece) {
    if (deflateInit2(&stream_, kGzipLevel, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY) !=
        Z_OK)
      throw std::bad_alloc();
    header_.os = kUnknownSystem;
    deflateSetHeader(&stream_, &header_);
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  result<void> write(std::span<std::byte> data) { return run(data, Z_NO_FLUSH); }
  result<void> finish() { return run({}, Z_FINISH); }

 private:
  result<void> run(std::span<std::byte> data, int flush) {
    stream_.next_in = zlib_bytes(data.data());
    stream_.avail_in = static_cast<uInt>(data.size());
    do {
      stream_.next_out = zlib_bytes(buffer_.data());
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      deflate(&stream_, flush);
      const std::size_t made = buffer_.size() - stream_.avail_out;
      if (made == 0) continue;
      if (auto given = sink_(std::span<const std::byte>(buffer_.data(), made)); !given)
        return given;
    } while (stream_.avail_out == 0);
    return {};
  }

  const Sink& sink_;
  std::vector<std::byte> buffer_;
  z_stream stream_{};
  gz_header header_{};
};

// Inflates a file, one member after another (as gzread does).
class Inflater {
 public:
  Inflater(const os::InputFile& file, std::uint64_t size)
      : file_(file), size_(size), input_(kPiece) {
    if (inflateInit2(&stream_, kGzipWindow) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // The number of bytes put into `into`; 0 at the end.
  result<std::size_t> read(std::span<std::byte> into) {
    stream_.next_out = zlib_bytes(into.data());
    stream_.avail_out = static_cast<uInt>(into.size());
    while (stream_.avail_out > 0 && !ended_) {
      if (stream_.avail_in == 0) {
        if (const auto filled = fill(); !filled) return filled.error();
      }
      const int status = inflate(&stream_, Z_NO_FLUSH);
      if (status == Z_STREAM_END) {
        if (const auto next = next_member(); !next) return next.error();
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        return damaged(file_, position(),
                       stream_.msg != nullptr ? stream_.msg : "the gzip data are not valid");
      }
    }
    return into.size() - stream_.avail_out;
  }

 private:
  [[nodiscard]] std::uint64_t position() const { return offset_ - stream_.avail_in; }

  result<void> fill() {
    const auto length =
        static_cast<std::size_t>(std::min<std::uint64_t>(input_.size(), size_ - offset_));
    if (length == 0) return damaged(file_, size_, "it ends within the gzip data");
    if (auto read = read_exactly(file_, offset_, std::span(input_.data(), length), "the gzip data");
        !read)
      return read;
    offset_ += length;
    stream_.next_in = zlib_bytes(input_.data());
    stream_.avail_in = static_cast<uInt>(length);
    return {};
  }

  // Data after the last member that are not a member are padding.
  result<void> next_member() {
    std::array<std::byte, 2> magic{};
    const result<std::size_t> count = file_.read_at(position(), magic);
    if (!count) return count.error();
    ended_ = *count < magic.size() || magic != std::array{std::byte{0x1f}, std::byte{0x8b}};
    if (!ended_) inflateReset(&stream_);
    return {};
  }

  const os::InputFile& file_;
  std::uint64_t size_;
  std::uint64_t offset_ = 0;  // of the end of the bytes in input_
  std::vector<std::byte> input_;
  z_stream stream_{};
  bool ended_ = false;
};

}  // namespace

result<void> rewrite_gzip(const os::InputFile& file, std::uint64_t size, Patcher& patcher,
                          const Sink& sink) {
  Inflater inflater(file, size);
  Deflater deflater(sink);
  ExpansionLimit limit(size, file.path());
  std::vector<std::byte> buffer(kPiece);
  std::uint64_t offset = 0;
  while (true) {
    const result<std::size_t> count = inflater.read(buffer);
    if (!count) return count.error();
    if (*count == 0) break;
    if (auto allowed = limit.add(*count); !allowed) return allowed;
    const std::span<std::byte> piece(buffer.data(), *count);
    if (auto applied = patcher.apply(offset, piece); !applied) return applied;
    if (auto written = deflater.write(piece); !written) return written;
    offset += *count;
  }
  if (auto whole = patcher.finish(offset); !whole) return whole;
  return deflater.finish();
}

}  // namespace shaman::pack
