// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/blend/blend_file.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "blend/limits.hpp"
#include "blend/sdna_cache.hpp"
#include "bytes.hpp"
#include "messages.hpp"

namespace shaman::blend {
namespace {

constexpr std::size_t kChunkBytes = 64 * 1024;
constexpr std::uint64_t kMaxTextBytes = 64 * 1024;
// The fixed cost of reading a few bytes: the record that contains them.
constexpr std::uint64_t kLeastReading = 64;

result<std::shared_ptr<const Sdna>> read_sdna(ByteSource& source, const Header& header,
                                              const BlockIndex& blocks) {
  const std::uint32_t block = blocks.first_of(code_of("DNA1"));
  if (block == BlockIndex::kNone) {
    const std::uint32_t end = blocks.size() - 1;
    return damaged(source.name(), blocks[end].offset, "a block DNA1 before the end");
  }
  const std::uint64_t length = blocks.length(block);
  if (length > kMaxSdnaBytes) return beyond_limit(source.name(), "more than 64 MiB of SDNA");
  std::vector<std::byte> bytes(static_cast<std::size_t>(length));
  const result<std::size_t> count = source.read_at(blocks[block].offset, bytes);
  if (!count) return count.error();
  if (*count < bytes.size()) return cut_off(source.name(), blocks[block].offset + *count);
  return parse_sdna(std::move(bytes), header, source.name(), blocks[block].offset);
}

}  // namespace

result<BlendFile> BlendFile::open(const std::string& path) {
  result<std::unique_ptr<ByteSource>> source = ByteSource::open(path);
  if (!source) return source.error();
  return open(std::shared_ptr<ByteSource>(std::move(*source)));
}

result<BlendFile> BlendFile::open(std::shared_ptr<ByteSource> source) {
  std::array<std::byte, Header::kLongest> start;
  const result<std::size_t> count = source->read_at(0, start);
  if (!count) return count.error();
  result<Header> header = Header::parse(std::span(start).first(*count), source->name());
  if (!header) return header.error();
  result<BlockIndex> blocks = BlockIndex::build(*source, *header);
  if (!blocks) return blocks.error();
  auto sdna = read_sdna(*source, *header, *blocks);
  if (!sdna) return sdna.error();
  return BlendFile(std::move(source), std::unique_ptr<Parts>(new Parts{*header, std::move(*blocks),
                                                                       std::move(*sdna)}));
}

std::uint64_t BlendFile::size() const noexcept {
  return blocks()[blocks().size() - 1].offset;
}

bool BlendFile::spend(std::uint64_t bytes) {
  if (failure_) return false;
  spent_ += bytes;
  if (spent_ <= size() * kMaxReadings + kAlwaysAllowedReadings) return true;
  failure_ = beyond_limit(name(),
                          "its blocks refer to each other so that reading them would "
                          "never end");
  return false;
}

bool BlendFile::read(std::uint64_t offset, std::span<std::byte> into) {
  if (!spend(std::max<std::uint64_t>(into.size(), kLeastReading))) return false;
  const result<std::size_t> count = source_->read_at(offset, into);
  if (!count) {
    failure_ = count.error();
  } else if (*count < into.size()) {
    failure_ = cut_off(name(), offset + *count);
  }
  return !failure_;
}

void BlendFile::for_each(std::uint32_t block, std::uint32_t struct_index,
                         const std::function<void(const Record&)>& visit) {
  if (struct_index >= sdna().size()) return;
  const std::size_t size = sdna()[struct_index].size;
  if (size == 0) return;
  const std::uint64_t total = blocks().length(block) / size;
  const std::size_t at_once = std::max<std::size_t>(1, kChunkBytes / size);
  std::vector<std::byte> chunk;
  for (std::uint64_t done = 0; done < total;) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(at_once, total - done));
    chunk.resize(count * size);
    const std::uint64_t offset = blocks()[block].offset + done * size;
    if (!read(offset, chunk)) return;
    for (std::size_t i = 0; i < count; ++i) {
      visit(Record(header(), sdna(), struct_index, offset + i * size,
                   std::span<const std::byte>(chunk).subspan(i * size, size)));
    }
    done += count;
  }
}

std::optional<Record> BlendFile::load(std::uint32_t block) {
  if (block >= blocks().size()) return std::nullopt;
  const std::uint32_t struct_index = blocks()[block].struct_index;
  if (struct_index >= sdna().size()) return std::nullopt;
  const std::size_t size = sdna()[struct_index].size;
  if (size == 0 || blocks().length(block) < size) return std::nullopt;
  auto bytes = std::make_shared<std::vector<std::byte>>(size);
  if (!read(blocks()[block].offset, *bytes)) return std::nullopt;
  const std::span<const std::byte> view = *bytes;
  return Record(header(), sdna(), struct_index, blocks()[block].offset, view, std::move(bytes));
}

std::optional<Record> BlendFile::follow(std::uint64_t pointer, Scope scope) {
  return load(blocks().find(pointer, scope));
}

std::vector<Record> BlendFile::list(const Record& holder, std::string_view field, Scope scope) {
  std::vector<Record> records;
  std::unordered_set<std::uint32_t> seen;
  std::uint64_t next = holder.pointer(std::string(field) + ".first");
  while (next != 0) {
    const std::uint32_t block = blocks().find(next, scope);
    if (!seen.insert(block).second) break;
    std::optional<Record> record = load(block);
    if (!record) break;
    // The links of most structs are their first two fields, whatever their names and nesting
    // (`next`, `modifier.next`).
    next = record->pointer_at(0);
    records.push_back(std::move(*record));
  }
  return records;
}

std::optional<BlendFile::Text> BlendFile::text(std::uint64_t pointer, Scope scope) {
  const std::uint32_t block = blocks().find(pointer, scope);
  if (block == BlockIndex::kNone) return std::nullopt;
  const std::uint64_t length = blocks().length(block);
  std::string bytes(static_cast<std::size_t>(std::min(length, kMaxTextBytes)), '\0');
  if (!read(blocks()[block].offset, std::as_writable_bytes(std::span(bytes)))) return std::nullopt;
  bytes.resize(std::min(bytes.size(), bytes.find('\0')));
  return Text{std::move(bytes), {blocks()[block].offset, length}};
}

void BlendFile::for_each_pointer(std::uint32_t block,
                                 const std::function<void(std::uint64_t)>& visit) {
  const std::size_t size = header().pointer_size;
  const std::uint64_t total = blocks().length(block) / size;
  std::vector<std::byte> chunk;
  for (std::uint64_t done = 0; done < total;) {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(kChunkBytes / size, total - done));
    chunk.resize(count * size);
    if (!read(blocks()[block].offset + done * size, chunk)) return;
    for (std::size_t i = 0; i < count; ++i) {
      const std::span<const std::byte> bytes(chunk.data() + i * size, size);
      visit(read_unsigned(bytes, header().big_endian));
    }
    done += count;
  }
}

}  // namespace shaman::blend
