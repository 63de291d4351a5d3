// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

#include "shaman/text.hpp"
#include "shaman/units.hpp"

#include "base/named_file/named_file.hpp"

/// The part of named_file.hpp that each operating system does in its own way.
namespace shaman::named_file {

/// Like read_named_file(), but errors do not name the option.
[[nodiscard]] result<NamedContent> read_by_system(const std::string& path, std::size_t most);

/// Reads to the end: a file's stated size may be outdated, and is 0 for files such as those of
/// /proc. `read_at(offset, span)` returns the number of bytes; 0: the end. errc::too_large.
template <class ReadAt>
[[nodiscard]] result<std::string> read_to_end(const std::string& path, std::size_t most,
                                              const ReadAt& read_at) {
  constexpr std::size_t kPiece = std::size_t{64} * 1024;
  std::string bytes;
  for (;;) {
    const std::size_t before = bytes.size();
    if (before > most)
      return Error{errc::too_large, text::in_quotes(path) + " is larger than " +
                                        units::size_text(most) + "; is it the right file?"};
    bytes.resize(before + std::min(kPiece, most + 1 - before));
    const auto count = read_at(before, std::as_writable_bytes(std::span(bytes).subspan(before)));
    if (!count) return count.error();
    bytes.resize(before + *count);
    if (*count == 0) return bytes;
  }
}

}  // namespace shaman::named_file
