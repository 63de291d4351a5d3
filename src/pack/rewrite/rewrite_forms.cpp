// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/rewrite/rewrite_forms.hpp"

#include <algorithm>
#include <vector>

#include "shaman/text.hpp"

#include "blend/messages.hpp"

namespace shaman::pack {
namespace {

constexpr std::uint64_t kMaxExpanded = std::uint64_t{64} << 30;
constexpr std::uint64_t kMaxFactor = 2000;

}  // namespace

ExpansionLimit::ExpansionLimit(std::uint64_t compressed_size, std::string path)
    : left_(compressed_size < kMaxExpanded / kMaxFactor ? compressed_size * kMaxFactor
                                                        : kMaxExpanded),
      path_(std::move(path)) {}

result<void> ExpansionLimit::add(std::uint64_t bytes) {
  if (bytes > left_)
    return Error{errc::limit_exceeded,
                 "\"" + text::printable(path_) +
                     "\" expands to more than 64 GiB or 2,000 times its size; it is not read"};
  left_ -= bytes;
  return {};
}

Error damaged(const os::InputFile& file, std::uint64_t offset, std::string_view what) {
  return {errc::damaged_file, "\"" + text::printable(file.path()) + "\" is damaged at offset " +
                                  std::to_string(offset) + ": " + std::string(what) +
                                  blend::kDamageAdvice};
}

result<void> read_exactly(const os::InputFile& file, std::uint64_t offset,
                          std::span<std::byte> into, std::string_view what) {
  const result<std::size_t> count = file.read_at(offset, into);
  if (!count) return count.error();
  if (*count != into.size())
    return damaged(file, offset + *count, "it ends within " + std::string(what));
  return {};
}

result<void> copy_range(const os::InputFile& file, std::uint64_t begin, std::uint64_t end,
                        const Sink& sink) {
  std::vector<std::byte> buffer(
      static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, end - begin)));
  while (begin < end) {
    const auto length =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), end - begin));
    const std::span<std::byte> piece(buffer.data(), length);
    if (auto read = read_exactly(file, begin, piece, "data that were there a moment ago"); !read)
      return read;
    if (auto given = sink(piece); !given) return given;
    begin += length;
  }
  return {};
}

result<void> rewrite_plain(const os::InputFile& file, std::uint64_t size, Patcher& patcher,
                           const Sink& sink) {
  std::uint64_t offset = 0;
  const Sink patch_and_give = [&](std::span<const std::byte> piece) -> result<void> {
    if (!patcher.touches(offset, offset + piece.size())) {
      offset += piece.size();
      return sink(piece);
    }
    std::vector<std::byte> changed(piece.begin(), piece.end());
    if (auto applied = patcher.apply(offset, changed); !applied) return applied;
    offset += piece.size();
    return sink(changed);
  };
  if (auto copied = copy_range(file, 0, size, patch_and_give); !copied) return copied;
  return patcher.finish(size);
}

}  // namespace shaman::pack
