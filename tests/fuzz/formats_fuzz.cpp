// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstring>

#include "formats/named_files.hpp"
#include "fuzz_target.hpp"

// The first byte chooses the format; the rest is the file.
FUZZ_TARGET(formats) {
  using namespace shaman;
  if (size == 0) return 0;
  const auto format = (data[0] & 1) != 0 ? formats::Format::osl : formats::Format::usd;
  const std::span<const std::uint8_t> file(data + 1, size - 1);
  const auto read_at = [&](std::uint64_t offset, std::span<std::byte> into) {
    const auto rest = file.subspan(std::min<std::size_t>(offset, file.size()));
    const std::size_t count = std::min(into.size(), rest.size());
    if (count > 0) std::memcpy(into.data(), rest.data(), count);
    return result<std::size_t>(count);
  };
  (void)formats::named_files({"fuzzed.usd", file.size(), read_at}, format);
  return 0;
}
