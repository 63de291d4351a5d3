// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/rewrite/zstd_frames.hpp"

#include <array>
#include <span>

#include "shaman/text.hpp"

#include "pack/rewrite/rewrite_forms.hpp"

namespace shaman::pack {
namespace {

constexpr std::uint32_t kFrameMagic = 0xFD2FB528;
constexpr std::uint32_t kSkippableMagic = 0x184D2A50;  // to …5F
constexpr std::uint32_t kSeekTableMagic = 0x184D2A5E;
constexpr std::uint32_t kSeekTableFooter = 0x8F92EAB1;
constexpr std::size_t kFooterBytes = 9;
constexpr std::size_t kSkippableHeadBytes = 8;
constexpr std::uint32_t kMaxBlock = 128 << 10;
constexpr std::uint8_t kTableChecksumBit = 0x80;

std::uint64_t little_endian(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  return value;
}

void append_u32(std::vector<std::byte>& out, std::uint64_t value) {
  for (int i = 0; i < 4; ++i)
    out.push_back(static_cast<std::byte>(value >> 8 * i & 0xFF));
}

result<std::uint64_t> number_at(const os::InputFile& file, std::uint64_t offset, std::size_t bytes,
                                std::string_view what) {
  std::array<std::byte, 8> buffer{};
  const std::span<std::byte> piece(buffer.data(), bytes);
  if (const auto read = read_exactly(file, offset, piece, what); !read) return read.error();
  return little_endian(piece);
}

// RFC 8878, 3.1.1.1: magic, descriptor, window (unless single segment), dictionary, content size.
result<std::uint64_t> read_frame_header(const os::InputFile& file, ZstdFrame& frame) {
  const auto descriptor = number_at(file, frame.offset + 4, 1, "a zstd frame's header");
  if (!descriptor) return descriptor.error();
  const bool single_segment = (*descriptor & 0x20) != 0;
  frame.checksum = (*descriptor & 0x04) != 0;
  static constexpr std::array<std::size_t, 4> kDictionaryBytes{0, 1, 2, 4};
  const std::size_t before_size =
      4 + 1 + (single_segment ? 0 : 1) + kDictionaryBytes[*descriptor & 3];
  const unsigned size_code = static_cast<unsigned>(*descriptor >> 6);
  const std::size_t size_bytes =
      size_code == 0 && !single_segment ? 0 : std::size_t{1} << size_code;
  if (size_bytes > 0) {
    const auto size =
        number_at(file, frame.offset + before_size, size_bytes, "a zstd frame's header");
    if (!size) return size.error();
    frame.content_size = *size + (size_bytes == 2 ? 256 : 0);
  }
  return frame.offset + before_size + size_bytes;
}

// 3.1.1.2: three bytes with a block's kind, its size and whether it is the last.
result<std::uint64_t> skip_blocks(const os::InputFile& file, std::uint64_t offset) {
  while (true) {
    const auto head = number_at(file, offset, 3, "a zstd block");
    if (!head) return head.error();
    const auto kind = static_cast<unsigned>(*head >> 1 & 3);
    const std::uint64_t size = *head >> 3;
    constexpr unsigned kRunLength = 1;
    constexpr unsigned kReserved = 3;
    if (kind == kReserved) return damaged(file, offset, "a zstd block of an unknown kind");
    if (kind != kRunLength && size > kMaxBlock)
      return damaged(file, offset, "a zstd block of more than 128 KiB");
    offset += 3 + (kind == kRunLength ? 1 : size);
    if ((*head & 1) != 0) return offset;
  }
}

// Where the table's skippable frame would begin, from the footer: number of frames, flags, magic.
struct Footer {
  std::uint64_t frames;
  std::uint8_t flags;
};

result<std::optional<Footer>> read_footer(const os::InputFile& file, std::uint64_t file_size) {
  if (file_size < kSkippableHeadBytes + kFooterBytes) return std::optional<Footer>();
  std::array<std::byte, kFooterBytes> bytes{};
  if (const auto read = read_exactly(file, file_size - kFooterBytes, bytes, "the seek table");
      !read)
    return read.error();
  const std::span<const std::byte> all(bytes);
  if (little_endian(all.subspan(5)) != kSeekTableFooter) return std::optional<Footer>();
  return std::optional(Footer{little_endian(all.first(4)), std::to_integer<std::uint8_t>(all[4])});
}

}  // namespace

result<ZstdFrame> read_frame(const os::InputFile& file, std::uint64_t file_size,
                             std::uint64_t offset) {
  ZstdFrame frame;
  frame.offset = offset;
  const auto magic = number_at(file, offset, 4, "a zstd frame's header");
  if (!magic) return magic.error();
  std::uint64_t end = 0;
  if ((*magic & ~std::uint64_t{0xF}) == kSkippableMagic) {
    const auto size = number_at(file, offset + 4, 4, "a skippable zstd frame");
    if (!size) return size.error();
    frame.skippable = true;
    end = offset + kSkippableHeadBytes + *size;
  } else if (*magic == kFrameMagic) {
    const auto blocks = read_frame_header(file, frame);
    if (!blocks) return blocks.error();
    const auto last = skip_blocks(file, *blocks);
    if (!last) return last.error();
    end = *last + (frame.checksum ? 4 : 0);
  } else {
    return damaged(file, offset, "a zstd frame was expected here");
  }
  if (end > file_size) return damaged(file, file_size, "it ends within a zstd frame");
  frame.size = end - offset;
  return frame;
}

result<std::optional<SeekTable>> read_seek_table(const os::InputFile& file,
                                                 std::uint64_t file_size) {
  const auto footer = read_footer(file, file_size);
  if (!footer) return footer.error();
  if (!*footer) return std::optional<SeekTable>();
  const auto [frames, flags] = **footer;
  if (frames > kMaxFrames)
    return Error{errc::limit_exceeded,
                 "\"" + text::printable(file.path()) + "\" has more than 1,000,000 zstd frames"};
  SeekTable table;
  table.has_checksums = (flags & kTableChecksumBit) != 0;
  const std::size_t entry_bytes = table.has_checksums ? 12 : 8;
  const std::uint64_t content = frames * entry_bytes + kFooterBytes;
  if (file_size < content + kSkippableHeadBytes)
    return damaged(file, file_size - kFooterBytes,
                   "the seek table lists frames that are not there");
  table.offset = file_size - content - kSkippableHeadBytes;

  std::vector<std::byte> bytes(static_cast<std::size_t>(kSkippableHeadBytes + content));
  if (const auto read = read_exactly(file, table.offset, bytes, "the seek table"); !read)
    return read.error();
  const std::span<const std::byte> all(bytes);
  if (little_endian(all.first(4)) != kSeekTableMagic || little_endian(all.subspan(4, 4)) != content)
    return damaged(file, table.offset, "the seek table does not begin where its end says");
  table.entries.reserve(static_cast<std::size_t>(frames));
  const auto field = [&](std::size_t at) {
    return static_cast<std::uint32_t>(little_endian(all.subspan(at, 4)));
  };
  for (std::size_t at = kSkippableHeadBytes; at + kFooterBytes < bytes.size(); at += entry_bytes)
    table.entries.push_back({field(at), field(at + 4), table.has_checksums ? field(at + 8) : 0});
  return std::optional(std::move(table));
}

std::vector<std::byte> encode_seek_table(const SeekTable& table) {
  const std::size_t entry_bytes = table.has_checksums ? 12 : 8;
  std::vector<std::byte> out;
  out.reserve(kSkippableHeadBytes + table.entries.size() * entry_bytes + kFooterBytes);
  append_u32(out, kSeekTableMagic);
  append_u32(out, table.entries.size() * entry_bytes + kFooterBytes);
  for (const SeekTable::Entry& entry : table.entries) {
    append_u32(out, entry.compressed);
    append_u32(out, entry.content);
    if (table.has_checksums) append_u32(out, entry.checksum);
  }
  append_u32(out, table.entries.size());
  out.push_back(std::byte{table.has_checksums ? kTableChecksumBit : std::uint8_t{0}});
  append_u32(out, kSeekTableFooter);
  return out;
}

}  // namespace shaman::pack
