// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/digest.hpp"
#include "shaman/file_list.hpp"

/// A list of files as what changed since an earlier checkout (docs/protocol.md).
namespace shaman::protocol {

/// A server takes no longer request of this kind, in bytes of JSON. A client sends the whole list
/// then.
inline constexpr std::size_t kLongestDifference = 256 * 1024;

/// How a list differs from that of an existing checkout. Its lists are sorted by the bytes of the
/// paths, each path once.
struct ListDifference {
  std::string base;                  ///< the path of the checkout, as its creation answered it
  FileList changed;                  ///< files that the base has not, or has with another content
  std::vector<std::string> removed;  ///< paths of the base
  Digest result;                     ///< list_digest() of the whole list
};

/// Whether each path is there once, in the order of their bytes.
[[nodiscard]] bool is_in_order(const FileList& files);

/// The SHA-256 of one line for each file, in the list's order: `CHECKSUM SIZE PATH\n`.
[[nodiscard]] Digest list_digest(const FileList& files);

/// Both lists must be in order. `base` is left empty.
[[nodiscard]] ListDifference difference_of(const FileList& before, const FileList& now);

/// The whole list, in order; nothing unless that has exactly the digest that the difference states.
/// Its work and memory are in proportion to the lists.
[[nodiscard]] std::optional<FileList> apply(const FileList& base, const ListDifference& difference);

/// `{"base":…,"changed":[…],"removed":[…],"result":…}`, with a `"checkoutPath"` if one is given.
[[nodiscard]] std::string difference_text(const ListDifference& difference,
                                          std::string_view checkout_path);

/// One FileSpec as JSON.
void append_file_spec(std::string& out, const FileSpec& file);

}  // namespace shaman::protocol
