// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include <zlib.h>

#include "decoder.hpp"
#include "messages.hpp"

namespace shaman::blend {
namespace {

constexpr std::size_t kWindowBytes = 32768;
constexpr std::size_t kMaxCheckpoints = 1024;  // 32 MiB of windows
constexpr std::uint64_t kFirstSpacing = std::uint64_t{1} << 20;

// A place between two deflate blocks at which inflating can continue, as in zlib's examples/zran.c.
// `bits` of the byte before `compressed` belong to the next block.
struct Checkpoint {
  std::uint64_t uncompressed = 0;
  std::uint64_t compressed = 0;
  int bits = 0;
  std::vector<std::byte> window;
};

class GzipDecoder final : public Decoder {
 public:
  explicit GzipDecoder(std::unique_ptr<ByteSource> raw) : raw_(std::move(raw)), input_(65536) {
    stream_ = {};
    inflateInit2(&stream_, kGzipWrapper);
  }
  ~GzipDecoder() override { inflateEnd(&stream_); }

  result<void> seek(std::uint64_t offset) override {
    const auto after = std::upper_bound(
        checkpoints_.begin(), checkpoints_.end(), offset,
        [](std::uint64_t wanted, const Checkpoint& point) { return wanted < point.uncompressed; });
    const std::uint64_t nearest = after == checkpoints_.begin() ? 0 : (after - 1)->uncompressed;
    if (position_ <= offset && position_ >= nearest) return {};
    if (after == checkpoints_.begin()) return restart();
    return restart(*(after - 1));
  }

  [[nodiscard]] std::uint64_t position() const noexcept override { return position_; }

  result<std::size_t> decode(std::span<std::byte> into) override {
    stream_.next_out = reinterpret_cast<Bytef*>(into.data());
    stream_.avail_out = static_cast<uInt>(into.size());
    const std::uint64_t start = position_;
    while (stream_.avail_out > 0 && !ended_) {
      if (const result<void> step = inflate_some(); !step) return step.error();
    }
    return static_cast<std::size_t>(position_ - start);
  }

  [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }

 private:
  static constexpr int kGzipWrapper = 15 + 16;
  static constexpr int kNoWrapper = -15;
  static constexpr std::uint64_t kTrailerBytes = 8;

  result<void> inflate_some() {
    if (stream_.avail_in == 0) {
      const result<bool> more = refill();
      if (!more) return more.error();
      if (!*more) return cut_off(raw_->name(), next_input_);
    }
    const uInt room = stream_.avail_out;
    const int code = inflate(&stream_, Z_BLOCK);
    position_ += room - stream_.avail_out;
    if (code == Z_STREAM_END) return end_of_member();
    if (code != Z_OK && code != Z_BUF_ERROR) {
      return damaged(
          raw_->name(), input_position(),
          std::string("valid gzip data (") + (stream_.msg != nullptr ? stream_.msg : "zlib") + ")");
    }
    // zlib.h: bit 7 = between blocks, bit 6 = that was the last one.
    if ((stream_.data_type & 0xC0) == 0x80) remember();
    return {};
  }

  void remember() {
    const std::uint64_t last = checkpoints_.empty() ? 0 : checkpoints_.back().uncompressed;
    if (position_ < last + spacing_) return;
    Checkpoint point{position_, input_position(), stream_.data_type & 7, {}};
    point.window.resize(kWindowBytes);
    uInt length = 0;
    if (inflateGetDictionary(&stream_, reinterpret_cast<Bytef*>(point.window.data()), &length) !=
        Z_OK)
      return;
    point.window.resize(length);
    checkpoints_.push_back(std::move(point));
    if (checkpoints_.size() < kMaxCheckpoints) return;
    std::size_t kept = 0;
    for (std::size_t i = 1; i < checkpoints_.size(); i += 2)
      checkpoints_[kept++] = std::move(checkpoints_[i]);
    checkpoints_.resize(kept);
    spacing_ *= 2;
  }

  // A gzip file may consist of several members (RFC 1952, 2.2); data after them that are not a
  // member are ignored, as in gzip.
  result<void> end_of_member() {
    const std::uint64_t next = input_position() + (without_wrapper_ ? kTrailerBytes : 0);
    std::array<std::byte, 2> magic{};
    const result<std::size_t> count = raw_->read_at(next, magic);
    if (!count) return count.error();
    if (*count < 2 || magic[0] != std::byte{0x1f} || magic[1] != std::byte{0x8b}) {
      ended_ = true;
      size_ = position_;
      return {};
    }
    next_input_ = next;
    stream_.avail_in = 0;
    inflateReset2(&stream_, kGzipWrapper);
    without_wrapper_ = false;
    return {};
  }

  result<bool> refill() {
    const result<std::size_t> count = raw_->read_at(next_input_, input_);
    if (!count) return count.error();
    next_input_ += *count;
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(*count);
    return *count > 0;
  }

  [[nodiscard]] std::uint64_t input_position() const noexcept {
    return next_input_ - stream_.avail_in;
  }

  result<void> restart() {
    inflateReset2(&stream_, kGzipWrapper);
    begin_at(0, 0, false);
    return {};
  }

  result<void> restart(const Checkpoint& point) {
    inflateReset2(&stream_, kNoWrapper);
    begin_at(point.compressed, point.uncompressed, true);
    if (point.bits != 0) {
      std::array<std::byte, 1> byte{};
      const result<std::size_t> count = raw_->read_at(point.compressed - 1, byte);
      if (!count) return count.error();
      inflatePrime(&stream_, point.bits, std::to_integer<int>(byte[0]) >> (8 - point.bits));
    }
    inflateSetDictionary(&stream_, reinterpret_cast<const Bytef*>(point.window.data()),
                         static_cast<uInt>(point.window.size()));
    return {};
  }

  void begin_at(std::uint64_t compressed, std::uint64_t uncompressed, bool without_wrapper) {
    next_input_ = compressed;
    position_ = uncompressed;
    without_wrapper_ = without_wrapper;
    stream_.avail_in = 0;
    ended_ = false;
  }

  std::unique_ptr<ByteSource> raw_;
  std::vector<std::byte> input_;
  z_stream stream_;
  std::vector<Checkpoint> checkpoints_;
  std::uint64_t spacing_ = kFirstSpacing;
  std::optional<std::uint64_t> size_;
  std::uint64_t next_input_ = 0;  // compressed offset behind the data in input_
  std::uint64_t position_ = 0;
  bool without_wrapper_ = false;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Decoder> make_gzip_decoder(std::unique_ptr<ByteSource> raw) {
  return std::make_unique<GzipDecoder>(std::move(raw));
}

}  // namespace shaman::blend
