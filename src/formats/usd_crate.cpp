// SPDX-License-Identifier: GPL-3.0-or-later
#include "formats/usd_crate.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <string>

#include <lz4.h>

#include "shaman/text.hpp"

namespace shaman::formats {
namespace {

constexpr std::uint64_t kBootstrapBytes = 88;
constexpr std::uint64_t kMaxSections = 64;
// 256 MiB of text: enough for a layer with ten million prims.
constexpr std::uint64_t kMaxTokenBytes = std::uint64_t{256} << 20U;
constexpr std::size_t kMaxPath = 4096;
// pxr/base/tf/fastCompression.cpp: data that do not fit into one LZ4 block are split into chunks.
constexpr std::size_t kMaxChunks = 127;

// Files that USD's own readers, Hydra and Blender's importer open.
constexpr std::array<std::string_view, 27> kExtensions{
    ".usd",  ".usda", ".usdc", ".usdz", ".abc", ".png",  ".jpg", ".jpeg", ".tif",
    ".tiff", ".exr",  ".hdr",  ".tga",  ".bmp", ".webp", ".tx",  ".tex",  ".dds",
    ".vdb",  ".mtlx", ".osl",  ".oso",  ".ies", ".wav",  ".mp3", ".m4a",  ".rat"};

Error damaged(const Input& file, std::string_view what) {
  return {errc::damaged_file, text::in_quotes(file.name) + " is damaged: " + std::string(what)};
}

using Bytes = std::vector<std::byte>;

result<Bytes> read(const Input& file, std::uint64_t offset, std::uint64_t count) {
  Bytes bytes(static_cast<std::size_t>(count));
  const result<std::size_t> got = file.read_at(offset, bytes);
  if (!got) return got.error();
  if (*got != bytes.size()) return damaged(file, "it ends too early");
  return bytes;
}

std::uint64_t number(std::span<const std::byte> bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 8; i-- > 0;)
    value = value << 8U | std::to_integer<std::uint64_t>(bytes[at + i]);
  return value;
}

struct Section {
  std::uint64_t start = 0;
  std::uint64_t size = 0;
};

result<Section> tokens_section(const Input& file, std::uint64_t table, std::uint64_t file_size) {
  if (table > file_size || file_size - table < 8) return damaged(file, "no table of contents");
  const result<Bytes> head = read(file, table, 8);
  if (!head) return head.error();
  const std::uint64_t count = number(*head, 0);
  constexpr std::uint64_t kEntryBytes = 32;
  if (count > kMaxSections) return damaged(file, "too many sections");
  const result<Bytes> entries = read(file, table + 8, count * kEntryBytes);
  if (!entries) return entries.error();
  for (std::size_t i = 0; i < count; ++i) {
    const std::span<const std::byte> entry = std::span(*entries).subspan(i * kEntryBytes);
    if (std::memcmp(entry.data(), "TOKENS\0", 7) != 0) continue;
    const Section section{number(entry, 16), number(entry, 24)};
    if (section.start > file_size || section.size > file_size - section.start)
      return damaged(file, "its table of tokens is cut off");
    return section;
  }
  return damaged(file, "it has no table of tokens");
}

// Appends one LZ4 block's content; false if it is invalid or does not fit.
bool decode_block(std::span<const std::byte> block, std::string& into, std::size_t& filled) {
  const std::size_t room = into.size() - filled;
  const int got =
      LZ4_decompress_safe(reinterpret_cast<const char*>(block.data()), into.data() + filled,
                          static_cast<int>(block.size()), static_cast<int>(room));
  if (got < 0) return false;
  filled += static_cast<std::size_t>(got);
  return true;
}

std::optional<std::string> decode(std::span<const std::byte> data, std::uint64_t size) {
  std::string text(static_cast<std::size_t>(size), '\0');
  std::size_t filled = 0;
  if (data.empty()) return std::nullopt;
  const auto chunks = std::to_integer<std::size_t>(data[0]);
  data = data.subspan(1);
  if (chunks == 0) return decode_block(data, text, filled) ? std::optional(text) : std::nullopt;
  if (chunks > kMaxChunks) return std::nullopt;
  for (std::size_t i = 0; i < chunks; ++i) {
    if (data.size() < 4) return std::nullopt;
    std::size_t length = 0;
    for (std::size_t k = 4; k-- > 0;)
      length = length << 8U | std::to_integer<std::size_t>(data[k]);
    data = data.subspan(4);
    if (length > data.size() || !decode_block(data.first(length), text, filled))
      return std::nullopt;
    data = data.subspan(length);
  }
  return text;
}

// All tokens, each ended by a NUL.
result<std::string> tokens(const Input& file, Section section, bool is_compressed) {
  const std::uint64_t head_bytes = is_compressed ? 24 : 16;
  if (section.size < head_bytes) return damaged(file, "its table of tokens is cut off");
  const result<Bytes> head = read(file, section.start, head_bytes);
  if (!head) return head.error();
  const std::uint64_t size = number(*head, 8);
  const std::uint64_t stored = is_compressed ? number(*head, 16) : size;
  if (stored > section.size - head_bytes) return damaged(file, "its table of tokens is cut off");
  // LZ4 expands to at most 255 times its size: a larger claim would only cost memory.
  if (size > kMaxTokenBytes || size > (stored + 1) * 255)
    return Error{errc::limit_exceeded,
                 text::in_quotes(file.name) + " has more than 256 MiB of text, or says so"};
  const result<Bytes> data = read(file, section.start + head_bytes, stored);
  if (!data) return data.error();
  if (!is_compressed) return std::string(reinterpret_cast<const char*>(data->data()), data->size());
  std::optional<std::string> text = decode(*data, size);
  if (!text) return damaged(file, "its table of tokens cannot be decompressed");
  return std::move(*text);
}

bool has_known_extension(std::string_view path) {
  return std::ranges::any_of(kExtensions, [&](std::string_view extension) {
    return path.size() > extension.size() &&
           text::is_same_but_for_case(path.substr(path.size() - extension.size()), extension);
  });
}

bool looks_like_path(std::string_view token) {
  if (token.empty() || token.size() > kMaxPath || !text::is_utf8(token)) return false;
  if (std::ranges::any_of(token, [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
    return false;
  const std::string_view path = file_part(token);
  if (has_known_extension(path)) return true;
  const std::size_t dot = path.rfind('.');
  const std::size_t slash = path.find_last_of("/\\");
  return dot != std::string_view::npos && slash != std::string_view::npos && slash < dot &&
         dot + 1 < path.size();
}

}  // namespace

result<std::vector<NamedFile>> crate_paths(const Input& file) {
  if (file.size < kBootstrapBytes) return damaged(file, "it ends too early");
  const result<Bytes> bootstrap = read(file, 0, kBootstrapBytes);
  if (!bootstrap) return bootstrap.error();
  const auto major = std::to_integer<unsigned>((*bootstrap)[8]);
  const auto minor = std::to_integer<unsigned>((*bootstrap)[9]);
  if (major != 0)
    return Error{errc::limit_exceeded, text::in_quotes(file.name) +
                                           " is of a newer USD crate version than is known here"};
  const result<Section> section = tokens_section(file, number(*bootstrap, 16), file.size);
  if (!section) return section.error();
  const result<std::string> all = tokens(file, *section, minor >= 4);
  if (!all) return all.error();
  std::vector<NamedFile> found;
  for (std::string_view rest = *all; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\0'), rest.size());
    const std::string_view token = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (looks_like_path(token))
      found.push_back({std::string(token), has_known_extension(file_part(token))});
  }
  return found;
}

}  // namespace shaman::formats
