// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/blend/block_index.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>
#include <tuple>

#include "blend/limits.hpp"
#include "bytes.hpp"
#include "messages.hpp"

namespace shaman::blend {
namespace {

constexpr std::uint32_t kData = code_of("DATA");
constexpr std::uint32_t kEnd = code_of("ENDB");

struct BlockHead {
  std::uint32_t code = 0;
  std::int64_t length = 0;
  std::uint64_t old_pointer = 0;
  std::uint32_t struct_index = 0;
};

// `bytes` is a whole head.
BlockHead parse_head(std::span<const std::byte> bytes, const Header& header) {
  BlockHead head;
  head.code = static_cast<std::uint32_t>(read_unsigned(bytes.first(4), false));
  const bool big = header.big_endian;
  if (header.long_block_heads) {
    head.struct_index = static_cast<std::uint32_t>(read_unsigned(bytes.subspan(4, 4), big));
    head.old_pointer = read_unsigned(bytes.subspan(8, 8), big);
    head.length = read_signed(bytes.subspan(16, 8), big);
  } else {
    const std::size_t pointer = header.pointer_size;
    head.length = read_signed(bytes.subspan(4, 4), big);
    head.old_pointer = read_unsigned(bytes.subspan(8, pointer), big);
    head.struct_index =
        static_cast<std::uint32_t>(read_unsigned(bytes.subspan(8 + pointer, 4), big));
  }
  return head;
}

}  // namespace

result<BlockIndex> BlockIndex::build(ByteSource& source, const Header& header) {
  BlockIndex index;
  index.head_size_ = header.block_head_size();
  std::array<std::byte, 32> buffer;
  const std::span<std::byte> head_bytes = std::span(buffer).first(index.head_size_);
  std::uint64_t at = header.size;
  while (true) {
    const result<std::size_t> count = source.read_at(at, head_bytes);
    if (!count) return count.error();
    // Some old versions wrote only the code of ENDB.
    if (*count < head_bytes.size() &&
        (*count < 4 || read_unsigned(head_bytes.first(4), false) != kEnd))
      return cut_off(source.name(), at + *count);
    const BlockHead head = parse_head(head_bytes, header);
    if (index.blocks_.size() >= kMaxBlocks)
      return beyond_limit(source.name(), "more than 50,000,000 blocks");
    index.blocks_.push_back(
        {head.old_pointer, at + index.head_size_, head.code, head.struct_index});
    if (head.code == kEnd) break;
    if (head.length < 0) return damaged(source.name(), at + 4, "a block length, not less than 0");
    if (head.code == 0) return damaged(source.name(), at, "a block's code");
    at += index.head_size_ + static_cast<std::uint64_t>(head.length);
    const std::uint64_t end = source.size().value_or(kMaxUncompressedBytes);
    if (at > end) return cut_off(source.name(), end);
  }
  index.sort();
  return index;
}

void BlockIndex::sort() {
  blocks_.shrink_to_fit();
  for (std::uint32_t i = 0; i < size(); ++i) {
    if (blocks_[i].code != kData) heads_.push_back(i);
  }
  by_pointer_.resize(blocks_.size());
  std::iota(by_pointer_.begin(), by_pointer_.end(), 0U);
  const auto sort_blocks = [this](auto first, auto end) {
    std::sort(first, end, [this](std::uint32_t a, std::uint32_t b) {
      return std::tie(blocks_[a].old_pointer, a) < std::tie(blocks_[b].old_pointer, b);
    });
  };
  auto first = by_pointer_.begin();
  for (const std::uint32_t head : heads_) {
    sort_blocks(first, by_pointer_.begin() + head);
    first = by_pointer_.begin() + head;
  }
  sort_blocks(first, by_pointer_.end());
  std::copy_if(heads_.begin(), heads_.end(), std::back_inserter(heads_by_pointer_),
               [this](std::uint32_t head) { return blocks_[head].code != kEnd; });
  sort_blocks(heads_by_pointer_.begin(), heads_by_pointer_.end());
}

std::uint64_t BlockIndex::length(std::uint32_t block) const noexcept {
  if (block + 1 >= blocks_.size()) return 0;
  return blocks_[block + 1].offset - head_size_ - blocks_[block].offset;
}

Scope BlockIndex::scope_of(std::uint32_t block) const noexcept {
  const auto next = std::upper_bound(heads_.begin(), heads_.end(), block);
  return {next == heads_.begin() ? 0 : *(next - 1), next == heads_.end() ? size() : *next};
}

std::uint32_t BlockIndex::find(std::uint64_t pointer, Scope scope) const noexcept {
  if (pointer == 0) return kNone;
  const auto find_among = [&](std::span<const std::uint32_t> sorted) {
    const auto at = std::lower_bound(sorted.begin(), sorted.end(), pointer,
                                     [this](std::uint32_t block, std::uint64_t wanted) {
                                       return blocks_[block].old_pointer < wanted;
                                     });
    return at != sorted.end() && blocks_[*at].old_pointer == pointer ? *at : kNone;
  };
  const std::uint32_t own =
      find_among(std::span(by_pointer_).subspan(scope.first, scope.end - scope.first));
  return own != kNone ? own : find_among(heads_by_pointer_);
}

std::uint32_t BlockIndex::first_of(std::uint32_t code) const noexcept {
  for (const std::uint32_t head : heads_) {
    if (blocks_[head].code == code) return head;
  }
  return kNone;
}

}  // namespace shaman::blend
