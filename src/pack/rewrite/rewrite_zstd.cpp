// SPDX-License-Identifier: GPL-3.0-or-later
// Blender writes a zstd file as many frames and a seek table. Frames that no patch touches are
// copied unchanged, so that their bytes do not depend on this library's version.
#include <limits>

#include "shaman/text.hpp"

#include "pack/rewrite/rewrite_forms.hpp"
#include "pack/rewrite/zstd_frames.hpp"
#include "pack/rewrite/zstd_stream.hpp"

namespace shaman::pack {
namespace {

class ZstdRewriter {
 public:
  ZstdRewriter(const os::InputFile& file, std::uint64_t size, Patcher& patcher, const Sink& sink)
      : file_(file),
        size_(size),
        patcher_(patcher),
        sink_(sink),
        limit_(size, file.path()),
        claimed_(size, file.path()),
        decoder_(file, limit_),
        encoder_(sink) {}

  result<void> run() {
    auto table = read_seek_table(file_, size_);
    if (!table) return table.error();
    old_table_ = std::move(*table);
    const std::uint64_t end = old_table_ ? old_table_->offset : size_;
    for (std::uint64_t offset = 0; offset < end;) {
      const result<ZstdFrame> frame = read_frame(file_, end, offset);
      if (!frame) return frame.error();
      if (auto done = frame->skippable ? copy(*frame) : rewrite(*frame); !done) return done;
      offset = frame->end();
    }
    if (auto whole = patcher_.finish(content_); !whole) return whole;
    return old_table_ ? write_table() : result<void>();
  }

 private:
  result<void> copy(const ZstdFrame& frame) {
    return copy_range(file_, frame.offset, frame.end(), sink_);
  }

  result<void> rewrite(const ZstdFrame& frame) {
    if (frames_ == kMaxFrames)
      return Error{errc::limit_exceeded,
                   "\"" + text::printable(file_.path()) + "\" has more than 1,000,000 zstd frames"};
    if (auto listed = check_listed(frame); !listed) return listed;
    const result<std::uint64_t> length = content_of(frame);
    if (!length) return length.error();
    if (auto allowed = claimed_.add(*length); !allowed) return allowed;
    const bool touched = patcher_.touches(content_, content_ + *length);
    const auto entry = touched ? recompress(frame) : keep(frame, *length);
    if (!entry) return entry.error();
    if (old_table_) new_table_.entries.push_back(*entry);
    content_ += *length;
    ++frames_;
    return {};
  }

  [[nodiscard]] result<void> check_listed(const ZstdFrame& frame) const {
    if (!old_table_) return {};
    const bool agrees = frames_ < old_table_->entries.size() && listed().compressed == frame.size &&
                        (!frame.content_size || *frame.content_size == listed().content);
    if (agrees) return {};
    return damaged(file_, frame.offset, "the seek table says something else of this zstd frame");
  }

  [[nodiscard]] const SeekTable::Entry& listed() const { return old_table_->entries[frames_]; }

  result<std::uint64_t> content_of(const ZstdFrame& frame) {
    if (frame.content_size) return *frame.content_size;
    if (old_table_) return listed().content;
    // Behind the last patch the position does not matter.
    if (patcher_.done(content_)) return std::uint64_t{0};
    std::uint64_t length = 0;
    const auto counted = decoder_.decode(frame, [&](std::span<std::byte> piece) -> result<void> {
      length += piece.size();
      return {};
    });
    if (!counted) return counted.error();
    return length;
  }

  result<SeekTable::Entry> keep(const ZstdFrame& frame, std::uint64_t length) {
    if (const auto copied = copy(frame); !copied) return copied.error();
    return old_table_ ? listed() : SeekTable::Entry{frame.size, length, 0};
  }

  result<SeekTable::Entry> recompress(const ZstdFrame& frame) {
    encoder_.begin(frame.content_size, frame.checksum);
    std::uint64_t done = 0;
    const auto decoded = decoder_.decode(frame, [&](std::span<std::byte> piece) -> result<void> {
      if (frame.content_size && piece.size() > *frame.content_size - done)
        return damaged(file_, frame.offset, "a zstd frame holds more than it says");
      if (auto applied = patcher_.apply(content_ + done, piece); !applied) return applied;
      done += piece.size();
      return encoder_.write(piece);
    });
    if (!decoded) return decoded.error();
    if (old_table_ && done != listed().content)
      return damaged(file_, frame.offset, "the seek table says another size of this zstd frame");
    return encoder_.finish();
  }

  result<void> write_table() {
    if (frames_ != old_table_->entries.size())
      return damaged(file_, old_table_->offset, "the seek table lists frames that are not there");
    constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
    for (const SeekTable::Entry& entry : new_table_.entries) {
      if (entry.compressed > kMax || entry.content > kMax)
        return Error{errc::limit_exceeded,
                     "a zstd frame of \"" + text::printable(file_.path()) +
                         "\" would become larger than its seek table can say (4 GiB)"};
    }
    new_table_.has_checksums = old_table_->has_checksums;
    return sink_(encode_seek_table(new_table_));
  }

  const os::InputFile& file_;
  std::uint64_t size_;
  Patcher& patcher_;
  const Sink& sink_;
  ExpansionLimit limit_;    // of the decompressed bytes
  ExpansionLimit claimed_;  // of the sizes in headers and table
  FrameDecoder decoder_;
  FrameEncoder encoder_;
  std::optional<SeekTable> old_table_;
  SeekTable new_table_;
  std::uint64_t content_ = 0;  // uncompressed bytes so far
  std::size_t frames_ = 0;
};

}  // namespace

result<void> rewrite_zstd(const os::InputFile& file, std::uint64_t size, Patcher& patcher,
                          const Sink& sink) {
  return ZstdRewriter(file, size, patcher, sink).run();
}

}  // namespace shaman::pack
