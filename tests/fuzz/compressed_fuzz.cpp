// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "shaman/blend/byte_source.hpp"

#include "fuzz_target.hpp"
#include "memory_source.hpp"

// Any bytes as a gzip or zstd file, read here and there.
FUZZ_TARGET(compressed) {
  using namespace shaman;
  const auto outer = std::make_shared<fuzz::MemorySource>(std::span(data, size));
  const auto source = blend::ByteSource::open_within(outer, 0, size, "fuzzed.blend");
  if (!source) return 0;
  std::array<std::byte, 100> buffer;
  for (const std::uint64_t offset : {0U, 300'000U, 5'000U, 1'000'000U, 0U})
    (void)(*source)->read_at(offset, buffer);
  return 0;
}
