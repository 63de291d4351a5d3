// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/error.hpp"

/// The files that a file in a format other than .blend names. All functions may be called from any
/// thread.
namespace shaman::formats {

/// One named file, as written there: `./tex/wood.<UDIM>.png`.
struct NamedFile {
  std::string path;
  /// False: a string that looks like a path, in a format that does not state its purpose. Only used
  /// if the file exists.
  bool is_certain = true;
  friend bool operator==(const NamedFile&, const NamedFile&) = default;
  friend auto operator<=>(const NamedFile&, const NamedFile&) = default;
};

/// How a format's relative paths are looked up.
enum class Format : unsigned char {
  none,  ///< names no files, or none that Shaman follows (docs/tracing.md)
  usd,   ///< text, crate or package; the content shows which
  osl,   ///< OSL source
};

/// By the extension alone.
[[nodiscard]] Format format_of(std::string_view path) noexcept;

/// A USD asset path without the member of a package in brackets and the arguments of a file format:
/// `a.usdz` of `a.usdz[tex/b.png]`.
[[nodiscard]] std::string_view file_part(std::string_view asset_path) noexcept;

/// The source of a file's bytes.
struct Input {
  std::string name;  ///< for messages
  std::uint64_t size = 0;
  /// Reads up to the span's size at an offset; fewer only at the end.
  std::function<result<std::size_t>(std::uint64_t, std::span<std::byte>)> read_at;
};

/// The files that the file names, sorted, each once. A USD package (.usdz) is self-contained and
/// names none. Reads at most a few megabytes at a time. errc::not_found, errc::io_error;
/// errc::damaged_file if the content is not of the format; errc::limit_exceeded.
[[nodiscard]] result<std::vector<NamedFile>> named_files(const std::string& path);
/// The same for bytes from any source.
[[nodiscard]] result<std::vector<NamedFile>> named_files(const Input& input, Format format);

}  // namespace shaman::formats
