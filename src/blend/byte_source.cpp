// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/blend/byte_source.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "shaman/os.hpp"

#include "decoder.hpp"
#include "messages.hpp"

namespace shaman::blend {
namespace {

// Reads ahead only while it is read in order: block heads between meshes lie far apart, and there a
// large window would read the meshes.
class PlainSource final : public ByteSource {
 public:
  PlainSource(os::InputFile file, std::uint64_t size)
      : ByteSource(file.path()), file_(std::move(file)), size_(size), window_(kLargest) {}

  result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    if (into.size() >= kLargest) return file_.read_at(offset, into);
    std::size_t done = 0;
    while (done < into.size()) {
      if (!holds(offset + done)) {
        if (const result<void> filled = fill(offset + done); !filled) return filled.error();
        if (!holds(offset + done)) break;
      }
      const auto skip = static_cast<std::size_t>(offset + done - start_);
      const std::size_t count = std::min(into.size() - done, filled_ - skip);
      std::memcpy(into.data() + done, window_.data() + skip, count);
      done += count;
    }
    return done;
  }

  [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
  [[nodiscard]] Compression compression() const noexcept override { return Compression::none; }

 private:
  static constexpr std::size_t kSmallest = 4096;
  static constexpr std::size_t kLargest = 65536;

  [[nodiscard]] bool holds(std::uint64_t offset) const {
    return offset >= start_ && offset - start_ < filled_;
  }

  // On in the file's order, or back: lists are often walked from their ends.
  result<void> fill(std::uint64_t offset) {
    const std::uint64_t end = start_ + filled_;
    const bool goes_on = offset >= end && offset - end < kSmallest;
    const bool goes_back = offset < start_ && start_ - offset < kSmallest;
    step_ = goes_on || goes_back ? std::min(step_ * 2, kLargest) : kSmallest;
    const std::uint64_t before = goes_back ? step_ - kSmallest : 0;
    const std::uint64_t from = offset - std::min(offset, before);
    const result<std::size_t> count = file_.read_at(from, std::span(window_).first(step_));
    if (!count) return count.error();
    start_ = from;
    filled_ = *count;
    return {};
  }

  os::InputFile file_;
  std::uint64_t size_;
  std::vector<std::byte> window_;
  std::uint64_t start_ = 0;
  std::size_t filled_ = 0;
  std::size_t step_ = kSmallest;
};

class SliceSource final : public ByteSource {
 public:
  SliceSource(std::shared_ptr<ByteSource> outer, std::uint64_t start, std::uint64_t size,
              std::string name)
      : ByteSource(std::move(name)), outer_(std::move(outer)), start_(start), size_(size) {}

  result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    if (offset >= size_) return std::size_t{0};
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size_ - offset));
    return outer_->read_at(start_ + offset, into.first(count));
  }

  [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
  [[nodiscard]] Compression compression() const noexcept override { return Compression::none; }

 private:
  std::shared_ptr<ByteSource> outer_;
  std::uint64_t start_;
  std::uint64_t size_;
};

// RFC 1952 (gzip) and RFC 8878 (zstd) magic numbers.
result<std::unique_ptr<ByteSource>> decompressed(std::unique_ptr<ByteSource> raw) {
  std::array<std::byte, 4> magic{};
  const result<std::size_t> count = raw->read_at(0, magic);
  if (!count) return count.error();
  const std::string name = raw->name();
  const std::uint64_t size = raw->size().value_or(0);
  if (magic[0] == std::byte{0x1f} && magic[1] == std::byte{0x8b})
    return make_decoded_source(name, Compression::gzip, size, make_gzip_decoder(std::move(raw)));
  if (magic == std::array{std::byte{0x28}, std::byte{0xb5}, std::byte{0x2f}, std::byte{0xfd}}) {
    result<std::unique_ptr<Decoder>> decoder = make_zstd_decoder(std::move(raw));
    if (!decoder) return decoder.error();
    return make_decoded_source(name, Compression::zstd, size, std::move(*decoder));
  }
  return raw;
}

}  // namespace

result<std::unique_ptr<ByteSource>> ByteSource::open(const std::string& path) {
  result<os::InputFile> file = os::InputFile::open(path);
  if (!file) return file.error();
  const result<os::FileInfo> info = file->info();
  if (!info) return info.error();
  return decompressed(std::make_unique<PlainSource>(std::move(*file), info->size));
}

result<std::unique_ptr<ByteSource>> ByteSource::open_within(std::shared_ptr<ByteSource> outer,
                                                            std::uint64_t offset,
                                                            std::uint64_t size, std::string name) {
  return decompressed(
      std::make_unique<SliceSource>(std::move(outer), offset, size, std::move(name)));
}

}  // namespace shaman::blend
