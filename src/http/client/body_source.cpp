// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/client/body_source.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace shaman::client {
namespace {

constexpr std::uint64_t kSkippedAtOnce = std::uint64_t{2} << 20U;

}  // namespace

result<void> BodySource::skip(std::uint64_t bytes) {
  std::vector<std::byte> unwanted(std::min<std::uint64_t>(bytes, kSkippedAtOnce));
  while (bytes > 0) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, unwanted.size()));
    const result<std::size_t> got = read(std::span(unwanted).first(wanted));
    if (!got) return got.error();
    if (*got == 0)
      return Error{errc::changed_while_read, "the file became shorter while it was sent"};
    bytes -= *got;
  }
  return {};
}

result<std::size_t> TextBody::read(std::span<std::byte> into) {
  const std::size_t length = std::min(into.size(), text_.size() - position_);
  std::memcpy(into.data(), text_.data() + position_, length);
  position_ += length;
  return length;
}

}  // namespace shaman::client
