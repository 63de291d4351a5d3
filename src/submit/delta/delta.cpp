// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/delta/delta.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <utility>

#include "protocol/delta.hpp"

namespace shaman::client {
namespace {

Error shorter() {
  return {errc::changed_while_read, "the file became shorter while it was sent"};
}

// The place of each piece in the base, the first of equal ones.
class Places {
 public:
  explicit Places(const CutPieces& base) : base_(base) {
    std::uint64_t offset = 0;
    for (const CutPiece& piece : base) {
      by_hash_.try_emplace(piece.hash, offsets_.size());
      offsets_.push_back(offset);
      offset += piece.length;
    }
  }

  // The one that follows the last one found, if it fits: then both are one range.
  [[nodiscard]] bool find(const CutPiece& piece) {
    if (last_ + 1 < base_.size() && base_[last_ + 1] == piece) {
      ++last_;
      return true;
    }
    const auto found = by_hash_.find(piece.hash);
    if (found == by_hash_.end() || base_[found->second] != piece) return false;
    last_ = found->second;
    return true;
  }
  [[nodiscard]] std::uint64_t offset() const { return offsets_[last_]; }

 private:
  const CutPieces& base_;
  std::unordered_map<std::uint64_t, std::size_t> by_hash_;
  std::vector<std::uint64_t> offsets_;
  std::size_t last_ = static_cast<std::size_t>(-1);  // found
};

}  // namespace

std::vector<DeltaRange> compare(const CutPieces& file, const CutPieces& base) {
  Places places(base);
  std::vector<DeltaRange> ranges;
  for (const CutPiece& piece : file) {
    DeltaRange range{piece.length, 0, places.find(piece)};
    if (range.is_in_base) range.offset = places.offset();
    const bool continues =
        !ranges.empty() && ranges.back().is_in_base == range.is_in_base &&
        (!range.is_in_base || ranges.back().offset + ranges.back().length == range.offset);
    if (continues)
      ranges.back().length += range.length;
    else
      ranges.push_back(range);
  }
  return ranges;
}

void Delta::add(Part part) {
  length_ += part.text.size() + part.sent;
  parts_.push_back(std::move(part));
}

result<void> Delta::add_new(BodySource& content, std::uint64_t length) {
  std::vector<std::byte> block(std::min<std::uint64_t>(length, protocol::kMostUnpacked));
  const auto bytes = std::span(block).first(block.size());
  const result<std::size_t> read = content.read(bytes);
  if (!read) return read.error();
  if (*read < bytes.size()) return shorter();
  std::string packed = protocol::packed(bytes);
  if (budget_.take(packed.size()))
    packed_ += packed.size();
  else
    packed.clear();
  if (packed.empty())
    add({protocol::data_part(bytes.size()), bytes.size(), 0});
  else
    add({protocol::packed_part(bytes.size(), packed.size()) + packed, 0, bytes.size()});
  return {};
}

result<std::shared_ptr<const Delta>> Delta::make(const OpenBody& open, const BlobId& base,
                                                 const std::vector<DeltaRange>& ranges,
                                                 std::uint64_t at_most, PackedBudget& budget) {
  const result<std::unique_ptr<BodySource>> content = open();
  if (!content) return content.error();
  const auto delta = std::make_shared<Delta>(base, budget);
  for (const DeltaRange& range : ranges) {
    if (range.is_in_base) {
      delta->add({protocol::copy_part(range.offset, range.length), 0, range.length});
      if (const auto skipped = (*content)->skip(range.length); !skipped) return skipped.error();
      continue;
    }
    for (std::uint64_t done = 0; done < range.length;) {
      const std::uint64_t block =
          std::min<std::uint64_t>(range.length - done, protocol::kMostUnpacked);
      if (const auto added = delta->add_new(**content, block); !added) return added.error();
      if (delta->length_ > at_most) return std::shared_ptr<const Delta>();
      done += block;
    }
  }
  if (delta->length_ > at_most) return std::shared_ptr<const Delta>();
  return std::shared_ptr<const Delta>(delta);
}

class DeltaBody : public BodySource {
 public:
  DeltaBody(std::shared_ptr<const Delta> delta, std::unique_ptr<BodySource> content)
      : delta_(std::move(delta)), content_(std::move(content)) {}

  result<std::size_t> read(std::span<std::byte> into) override {
    std::size_t done = 0;
    while (done < into.size() && next_ < delta_->parts_.size()) {
      const result<std::size_t> more = read_part(into.subspan(done));
      if (!more) return more;
      done += *more;
    }
    if (next_ == delta_->parts_.size()) {
      if (const auto ended = end_content(); !ended) return ended.error();
    }
    return done;
  }

 private:
  [[nodiscard]] result<std::size_t> read_part(std::span<std::byte> into) {
    const Delta::Part& part = delta_->parts_[next_];
    const std::size_t text = std::min(into.size(), part.text.size() - text_read_);
    std::memcpy(into.data(), part.text.data() + text_read_, text);
    text_read_ += text;
    into = into.subspan(text);
    if (text_read_ < part.text.size()) return text;
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), part.sent - sent_));
    if (wanted > 0) {
      const result<std::size_t> read = content_->read(into.first(wanted));
      if (!read) return read;
      if (*read < wanted) return shorter();
      sent_ += wanted;
    }
    if (sent_ < part.sent) return text + wanted;
    if (const auto skipped = content_->skip(part.spared); !skipped) return skipped.error();
    ++next_;
    text_read_ = 0;
    sent_ = 0;
    return text + wanted;
  }

  // Reading the end shows whether the file is still what it was when it was cut.
  [[nodiscard]] result<void> end_content() {
    std::byte more{};
    const result<std::size_t> read = content_->read({&more, 1});
    if (!read) return read.error();
    if (*read > 0)
      return Error{errc::changed_while_read, "the file became longer while it was sent"};
    return {};
  }

  std::shared_ptr<const Delta> delta_;
  std::unique_ptr<BodySource> content_;
  std::size_t next_ = 0;  // the present part, and what was read of it
  std::size_t text_read_ = 0;
  std::uint64_t sent_ = 0;
};

result<std::unique_ptr<BodySource>> Delta::body(std::shared_ptr<const Delta> delta,
                                                const OpenBody& open) {
  result<std::unique_ptr<BodySource>> content = open();
  if (!content) return content.error();
  return std::unique_ptr<BodySource>(
      std::make_unique<DeltaBody>(std::move(delta), std::move(*content)));
}

}  // namespace shaman::client
