// SPDX-License-Identifier: GPL-3.0-or-later
#include "formats/named_files.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "formats/osl_includes.hpp"
#include "formats/usd_crate.hpp"
#include "formats/usd_text.hpp"

namespace shaman::formats {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{256} << 10U;
// Only hostile files reach this: a stage of a film names some thousands.
constexpr std::size_t kMaxNamed = 100'000;
constexpr std::size_t kMaxLine = 64 * 1024;

bool has_extension(std::string_view path, std::string_view extension) {
  return path.size() > extension.size() &&
         text::is_same_but_for_case(path.substr(path.size() - extension.size()), extension);
}

Error too_many(const Input& file) {
  return {errc::limit_exceeded, text::in_quotes(file.name) + " names more than 100,000 files"};
}

// Calls `take` for each piece of the file until it has ended or `take` returns false.
template <class Take>
result<void> read_all(const Input& file, Take take) {
  std::vector<std::byte> piece(kPieceBytes);
  for (std::uint64_t offset = 0;;) {
    const result<std::size_t> got = file.read_at(offset, piece);
    if (!got) return got.error();
    if (*got == 0) return {};
    if (!take(std::string_view(reinterpret_cast<const char*>(piece.data()), *got))) return {};
    offset += *got;
  }
}

result<std::vector<NamedFile>> text_paths(const Input& file) {
  UsdText layer;
  const result<void> done = read_all(file, [&](std::string_view piece) {
    layer.read(piece);
    return layer.found().size() <= kMaxNamed;
  });
  if (!done) return done.error();
  return layer.found();
}

result<std::vector<NamedFile>> includes(const Input& file) {
  std::vector<NamedFile> found;
  std::string line;
  const result<void> done = read_all(file, [&](std::string_view piece) {
    while (!piece.empty()) {
      const std::size_t end = std::min(piece.find('\n'), piece.size());
      if (line.size() < kMaxLine) line += piece.substr(0, end);
      if (end < piece.size()) {
        collect_osl_include(line, found);
        line.clear();
      }
      piece.remove_prefix(std::min(end + 1, piece.size()));
    }
    return found.size() <= kMaxNamed;
  });
  if (!done) return done.error();
  collect_osl_include(line, found);
  return found;
}

result<std::vector<NamedFile>> usd_paths(const Input& file) {
  std::array<std::byte, 8> head{};
  const result<std::size_t> got = file.read_at(0, head);
  if (!got) return got.error();
  const std::string_view magic(reinterpret_cast<const char*>(head.data()), *got);
  if (magic == "PXR-USDC") return crate_paths(file);
  if (magic.starts_with("#usda") || magic.starts_with("#sdf")) return text_paths(file);
  if (magic.starts_with("PK\x03\x04")) return std::vector<NamedFile>{};
  return Error{errc::damaged_file, text::in_quotes(file.name) + " is not a USD file"};
}

}  // namespace

std::string_view file_part(std::string_view asset_path) noexcept {
  asset_path = asset_path.substr(0, asset_path.find(":SDF_FORMAT_ARGS:"));
  return asset_path.substr(0, asset_path.find('['));
}

Format format_of(std::string_view path) noexcept {
  for (const std::string_view extension : {".usd", ".usda", ".usdc", ".usdz"}) {
    if (has_extension(path, extension)) return Format::usd;
  }
  return has_extension(path, ".osl") ? Format::osl : Format::none;
}

result<std::vector<NamedFile>> named_files(const Input& input, Format format) {
  if (format == Format::none) return std::vector<NamedFile>{};
  result<std::vector<NamedFile>> found = format == Format::usd ? usd_paths(input) : includes(input);
  if (!found) return found;
  if (found->size() > kMaxNamed) return too_many(input);
  std::sort(found->begin(), found->end());
  found->erase(std::unique(found->begin(), found->end()), found->end());
  return found;
}

result<std::vector<NamedFile>> named_files(const std::string& path) {
  const Format format = format_of(path);
  if (format == Format::none) return std::vector<NamedFile>{};
  const result<os::InputFile> file = os::InputFile::open(path);
  if (!file) return file.error();
  const result<os::FileInfo> info = file->info();
  if (!info) return info.error();
  const auto read_at = [&](std::uint64_t offset, std::span<std::byte> into) {
    return file->read_at(offset, into);
  };
  return named_files(Input{path, info->size, read_at}, format);
}

}  // namespace shaman::formats
