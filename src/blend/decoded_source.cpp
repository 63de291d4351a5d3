// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstring>
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "shaman/units.hpp"

#include "base/scratch/scratch_file.hpp"
#include "blend/limits.hpp"
#include "decoder.hpp"
#include "messages.hpp"

namespace shaman::blend {
namespace {

class DecodedSource final : public ByteSource {
 public:
  DecodedSource(std::string name, Compression compression, std::uint64_t compressed_size,
                std::unique_ptr<Decoder> decoder)
      : ByteSource(std::move(name)),
        compression_(compression),
        max_size_(max_expanded(compressed_size)),
        decoder_(std::move(decoder)) {}

  result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    std::size_t done = 0;
    while (done < into.size()) {
      const std::uint64_t at = offset + done;
      const result<const Page*> page = page_at(at / kPageBytes);
      if (!page) return page.error();
      const auto skip = static_cast<std::size_t>(at % kPageBytes);
      if (skip >= (*page)->bytes.size()) break;
      const std::size_t count = std::min(into.size() - done, (*page)->bytes.size() - skip);
      std::memcpy(into.data() + done, (*page)->bytes.data() + skip, count);
      done += count;
    }
    return done;
  }

  [[nodiscard]] std::optional<std::uint64_t> size() const override { return decoder_->size(); }
  [[nodiscard]] Compression compression() const noexcept override { return compression_; }

 private:
  static constexpr std::size_t kPageBytes = 128 * 1024;
  static constexpr std::size_t kPages = 128;  // 16 MiB

  struct Page {
    std::uint64_t number;
    std::vector<std::byte> bytes;
  };

  result<const Page*> page_at(std::uint64_t number) {
    if (!pages_.empty() && pages_.front().number == number) return &pages_.front();
    if (const auto known = by_number_.find(number); known != by_number_.end()) {
      pages_.splice(pages_.begin(), pages_, known->second);
      return &pages_.front();
    }
    return decode_page(number);
  }

  result<const Page*> decode_page(std::uint64_t number) {
    const std::uint64_t start = number * kPageBytes;
    if (start >= max_size_) return over_expanded();
    if (whole_) return read_whole(number);
    const std::uint64_t before = decoder_->position();
    if (const result<void> there = decoder_->seek(start); !there) return there.error();
    // One enormous frame, as `zstd scene.blend` makes it: each step back starts from the beginning.
    const std::uint64_t from = decoder_->position();
    const bool went_far_back = from < before && start - from > kPages * kPageBytes;
    if (went_far_back) ++far_returns_;
    if (far_returns_ > kFarReturns || is_decoded_too_often(kPassesBeforeUnpacking)) {
      if (const result<void> kept = keep_whole(); !kept) return kept.error();
      return read_whole(number);
    }
    // The data between the decoder's place and the page are decoded anyway: their whole pages are
    // kept, because related blocks are mostly read from front to back.
    while (decoder_->position() < start) {
      const std::uint64_t position = decoder_->position();
      const std::uint64_t skipped = position / kPageBytes;
      if (position % kPageBytes == 0 && !by_number_.contains(skipped)) {
        result<const Page*> page = decode_here(skipped);
        if (!page) return page;
        if ((*page)->bytes.size() < kPageBytes) break;
      } else {
        const std::uint64_t end = std::min(start, (skipped + 1) * kPageBytes);
        const result<std::size_t> count = skip(static_cast<std::size_t>(end - position));
        if (!count) return count.error();
        if (*count == 0) break;
      }
    }
    return decode_here(number);
  }

  // Decodes everything once more, into a file.
  result<void> keep_whole() {
    result<os::ScratchFile> file = os::ScratchFile::create();
    if (!file) return file.error();
    if (const result<void> there = decoder_->seek(0); !there) return there.error();
    scratch_.resize(kPageBytes);
    while (true) {
      const std::uint64_t position = decoder_->position();
      const result<std::size_t> count = counted(decoder_->decode(scratch_));
      if (!count) return count.error();
      if (*count == 0) break;
      if (decoder_->position() > kMaxScratchBytes)
        return beyond_limit(this->name(), "it is compressed as one piece of more than " +
                                              units::size_text(kMaxScratchBytes) +
                                              ": save it again in Blender");
      if (const result<void> written = file->write_at(position, std::span(scratch_).first(*count));
          !written)
        return Error{written.error().code, "\"" + text::printable(this->name()) +
                                               "\" is compressed as one piece, and room to unpack "
                                               "it is missing: " +
                                               written.error().message()};
    }
    whole_.emplace(std::move(*file));
    return {};
  }

  result<const Page*> read_whole(std::uint64_t number) {
    Page page{number, take_buffer()};
    page.bytes.resize(kPageBytes);
    const result<std::size_t> count = whole_->read_at(number * kPageBytes, page.bytes);
    if (!count) return count.error();
    page.bytes.resize(*count);
    return keep(std::move(page));
  }

  result<std::size_t> skip(std::size_t bytes) {
    scratch_.resize(kPageBytes);
    return counted(decoder_->decode(std::span(scratch_).first(bytes)));
  }

  // The page that starts at the decoder's position; shorter, or empty, at the end of the data.
  result<const Page*> decode_here(std::uint64_t number) {
    Page page{number, take_buffer()};
    page.bytes.resize(kPageBytes);
    std::size_t filled = 0;
    while (filled < kPageBytes) {
      const result<std::size_t> count =
          counted(decoder_->decode(std::span(page.bytes).subspan(filled)));
      if (!count) return count.error();
      if (*count == 0) break;
      filled += *count;
    }
    page.bytes.resize(filled);
    return keep(std::move(page));
  }

  const Page* keep(Page page) {
    pages_.push_front(std::move(page));
    by_number_[pages_.front().number] = pages_.begin();
    return &pages_.front();
  }

  std::vector<std::byte> take_buffer() {
    if (pages_.size() < kPages) return {};
    std::vector<std::byte> buffer = std::move(pages_.back().bytes);
    by_number_.erase(pages_.back().number);
    pages_.pop_back();
    return buffer;
  }

  result<std::size_t> counted(const result<std::size_t>& count) {
    if (!count) return count;
    decoded_ += *count;
    highest_ = std::max(highest_, decoder_->position());
    if (highest_ > max_size_) return over_expanded();
    if (is_decoded_too_often(kMaxPasses)) {
      return Error{errc::limit_exceeded,
                   "\"" + text::printable(this->name()) +
                       "\" is compressed in a way that cannot be read at random: save it again "
                       "in Blender, or decompress it"};
    }
    return count;
  }

  [[nodiscard]] bool is_decoded_too_often(std::uint64_t passes) const {
    return decoded_ / passes > highest_ + kAlwaysAllowedBytes;
  }

  [[nodiscard]] Error over_expanded() const {
    return beyond_limit(this->name(), "it expands to more than " + units::size_text(max_size_));
  }

  static constexpr std::uint64_t kPassesBeforeUnpacking = 4;
  static constexpr std::uint64_t kMaxPasses = 16;
  static constexpr int kFarReturns = 2;

  Compression compression_;
  std::uint64_t max_size_;
  std::unique_ptr<Decoder> decoder_;
  std::list<Page> pages_;  // the most recently used one in front
  std::unordered_map<std::uint64_t, std::list<Page>::iterator> by_number_;
  std::vector<std::byte> scratch_;
  std::uint64_t decoded_ = 0;
  std::uint64_t highest_ = 0;
  int far_returns_ = 0;
  std::optional<os::ScratchFile> whole_;  // all of it, uncompressed
};

}  // namespace

std::unique_ptr<ByteSource> make_decoded_source(std::string name, Compression compression,
                                                std::uint64_t compressed_size,
                                                std::unique_ptr<Decoder> decoder) {
  return std::make_unique<DecodedSource>(std::move(name), compression, compressed_size,
                                         std::move(decoder));
}

}  // namespace shaman::blend
