// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/housekeeping/manifest_reader.hpp"

#include <charconv>
#include <optional>
#include <span>
#include <string_view>

#include "store/layout.hpp"

namespace shaman {
namespace {

// A path of 1024 bytes, each of them escaped, and the rest of its line.
constexpr std::size_t kLongestLine = 4096;
constexpr std::size_t kPiece = 256 * 1024;
constexpr std::string_view kPathKey = "{\"path\":\"";
constexpr std::string_view kShaKey = "\",\"sha\":\"";
constexpr std::string_view kSizeKey = "\",\"size\":";
constexpr std::size_t kHexDigits = 2 * Digest::kBytes;

struct Line {
  std::string path;
  BlobId id;
};

std::string unescaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i)
    out += text[i] == '\\' && i + 1 < text.size() ? text[++i] : text[i];
  return out;
}

// `{"path":"…","sha":"…","size":…}`, without the comma that may follow.
std::optional<Line> parse(std::string_view line) {
  if (line.size() > kLongestLine || !line.starts_with(kPathKey) || !line.ends_with('}'))
    return std::nullopt;
  line.remove_prefix(kPathKey.size());
  line.remove_suffix(1);
  const std::size_t sha = line.rfind(kShaKey);
  if (sha == std::string_view::npos) return std::nullopt;
  std::string_view rest = line.substr(sha + kShaKey.size());
  const auto digest = Digest::from_hex(rest.substr(0, kHexDigits));
  if (!digest) return std::nullopt;
  rest.remove_prefix(kHexDigits);
  if (!rest.starts_with(kSizeKey)) return std::nullopt;
  rest.remove_prefix(kSizeKey.size());
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
  if (error != std::errc() || end != rest.data() + rest.size()) return std::nullopt;
  return Line{unescaped(line.substr(0, sha)), {*digest, size}};
}

// Takes one line after the other: `[`, the files, `]`.
class Lines {
 public:
  explicit Lines(const ManifestVisitor& visit) : visit_(visit) {}

  /// False: this is not a manifest.
  [[nodiscard]] bool take(std::string_view line) {
    if (state_ == State::before) {
      state_ = State::files;
      return line == "[";
    }
    if (state_ == State::after) return false;
    const bool is_end = line == "]";
    // Commas are allowed only between two files.
    if (!is_first_ && has_comma_ == is_end) return false;
    if (is_end) {
      state_ = State::after;
      return true;
    }
    is_first_ = false;
    has_comma_ = line.ends_with(',');
    if (has_comma_) line.remove_suffix(1);
    const auto file = parse(line);
    if (file) visit_(file->path, file->id);
    return file.has_value();
  }
  [[nodiscard]] bool is_whole() const noexcept { return state_ == State::after; }

 private:
  enum class State : std::uint8_t { before, files, after };
  const ManifestVisitor& visit_;
  State state_ = State::before;
  bool is_first_ = true;
  bool has_comma_ = false;  // after the last file
};

// Takes the whole lines away from the front of `text`. False: this is not a manifest.
bool take_lines(Lines& lines, std::string_view& text) {
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    if (!lines.take(text.substr(0, end))) return false;
    text.remove_prefix(end + 1);
  }
  return true;
}

}  // namespace

bool read_manifest(std::string_view manifest, const ManifestVisitor& visit) {
  Lines lines(visit);
  return take_lines(lines, manifest) && manifest.empty() && lines.is_whole();
}

fs::result<bool> read_manifest(fs::FileSystem& file_system, const fs::File& file,
                               const ManifestVisitor& visit) {
  Lines lines(visit);
  std::string text;
  // A short first piece: most files that are tried are not manifests.
  std::size_t piece = kLongestLine;
  for (std::uint64_t at = 0;;) {
    const std::size_t have = text.size();
    text.resize(have + piece);
    const auto got =
        file_system.read_some(file, at, std::as_writable_bytes(std::span(text).subspan(have)));
    // Spelled out, because an error_code converts to bool as well.
    if (!got) return {boost::system::in_place_error, got.error()};
    text.resize(have + *got);
    if (*got == 0) return text.empty() && lines.is_whole();
    at += *got;
    std::string_view rest = text;
    if (!take_lines(lines, rest)) return false;
    text.erase(0, text.size() - rest.size());
    if (text.size() > kLongestLine) return false;
    piece = kPiece;
  }
}

fs::result<bool> read_manifest(fs::FileSystem& file_system, const fs::Folder& blobs,
                               const BlobId& manifest, const ManifestVisitor& visit) {
  const layout::BlobPlace place(manifest);
  const auto file = file_system.open_file(blobs, place.folder + "/" + place.file);
  if (!file) return {boost::system::in_place_error, file.error()};
  return read_manifest(file_system, *file, visit);
}

}  // namespace shaman
