// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/rewrite/patcher.hpp"

#include <algorithm>
#include <limits>

#include "shaman/text.hpp"

namespace shaman::pack {
namespace {

std::uint64_t end_of(const Patch& patch) noexcept {
  return patch.offset + patch.capacity;
}

Error changed(const std::string& path, const Patch& patch, const char* what) {
  return {errc::changed_while_read,
          "\"" + text::printable(path) + "\" changed since it was read: the path field at " +
              std::to_string(patch.offset) + " " + what + "; submit it again"};
}

bool fits(const Patch& patch) noexcept {
  return patch.text.size() < patch.capacity && patch.expected.size() <= patch.capacity &&
         patch.text.find('\0') == std::string::npos &&
         patch.offset <= std::numeric_limits<std::uint64_t>::max() - patch.capacity;
}

// The expected byte of the field; bytes behind the NUL may be anything.
bool as_expected(const Patch& patch, std::size_t index, std::byte byte) noexcept {
  if (index < patch.expected.size()) return byte == static_cast<std::byte>(patch.expected[index]);
  return index != patch.expected.size() || byte == std::byte{0};
}

}  // namespace

result<void> Patcher::check() const {
  std::uint64_t end = 0;
  for (const Patch& patch : patches_) {
    if (!fits(patch) || patch.offset < end)
      return Error{errc::invalid_argument, "the new path \"" + text::printable(patch.text) +
                                               "\" does not fit into its field at " +
                                               std::to_string(patch.offset) + " of \"" +
                                               text::printable(path_) + "\""};
    end = end_of(patch);
  }
  return {};
}

void Patcher::forget_before(std::uint64_t offset) noexcept {
  while (!patches_.empty() && end_of(patches_.front()) <= offset)
    patches_ = patches_.subspan(1);
}

bool Patcher::touches(std::uint64_t begin, std::uint64_t end) noexcept {
  forget_before(begin);
  return !patches_.empty() && patches_.front().offset < end;
}

bool Patcher::done(std::uint64_t offset) noexcept {
  forget_before(offset);
  return patches_.empty();
}

result<void> Patcher::apply(std::uint64_t offset, std::span<std::byte> piece) {
  forget_before(offset);
  const std::uint64_t end = offset + piece.size();
  for (const Patch& patch : patches_) {
    if (patch.offset >= end) break;
    const std::uint64_t from = std::max(patch.offset, offset);
    const std::uint64_t to = std::min(end_of(patch), end);
    for (std::uint64_t at = from; at < to; ++at) {
      const auto index = static_cast<std::size_t>(at - patch.offset);
      std::byte& byte = piece[static_cast<std::size_t>(at - offset)];
      if (!as_expected(patch, index, byte)) return changed(path_, patch, "contains another path");
      byte = index < patch.text.size() ? static_cast<std::byte>(patch.text[index]) : std::byte{0};
    }
  }
  return {};
}

result<void> Patcher::finish(std::uint64_t size) const {
  for (const Patch& patch : patches_) {
    if (end_of(patch) > size) return changed(path_, patch, "is beyond its end");
  }
  return {};
}

}  // namespace shaman::pack
