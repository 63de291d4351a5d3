// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/journal/segment_reader.hpp"

#include <span>

#include "store/journal/record.hpp"

namespace shaman {

fs::result<std::string> read_piece(fs::FileSystem& file_system, const fs::File& file,
                                   std::uint64_t offset, std::uint64_t size) {
  std::string bytes(size, '\0');
  const auto length =
      fs::read_full(file_system, file, offset, std::as_writable_bytes(std::span(bytes)));
  if (!length) return length.error();
  bytes.resize(*length);
  return bytes;
}

fs::result<void> SegmentReader::begin() {
  const auto stat = file_system_.stat(segment_);
  if (!stat) return stat.error();
  const auto header = read_piece(file_system_, segment_, 0, journal::kSegmentHeader);
  if (!header) return header.error();
  nonce_ = journal::read_segment_header(*header);
  // Without a header it was never used.
  size_ = nonce_ ? stat->size : 0;
  offset_ = journal::kPage;
  return {};
}

fs::result<std::optional<SegmentReader::Record>> SegmentReader::next() {
  if (offset_ == 0)
    if (const auto begun = begin(); !begun) return begun.error();
  // Pages reach the disk in any order: a record can be whole after one that is not.
  while (offset_ + journal::kRecordHeader <= size_) {
    auto record = read_record();
    if (!record || *record) return record;
    offset_ += journal::kPage;
  }
  return std::optional<Record>();
}

// Nothing if no whole record begins here.
fs::result<std::optional<SegmentReader::Record>> SegmentReader::read_record() {
  const auto header = read_piece(file_system_, segment_, offset_, journal::kRecordHeader);
  if (!header) return header.error();
  const auto id = journal::read_record_header(*header, *nonce_, offset_);
  const std::uint64_t begin = offset_ + journal::kRecordHeader;
  if (!id || id->size > size_ - begin) return std::optional<Record>();
  auto content = read_piece(file_system_, segment_, begin, id->size);
  if (!content) return content.error();
  if (content->size() != id->size || Sha256::of(*content) != id->digest)
    return std::optional<Record>();
  offset_ += journal::record_bytes(id->size);
  return std::optional<Record>({*id, *std::move(content)});
}

}  // namespace shaman
