// SPDX-License-Identifier: GPL-3.0-or-later
// A delta: its first two bytes are the sizes of the file and of the base, in units of 16 bytes; the
// rest arrives in pieces.
#include <algorithm>
#include <cstdlib>
#include <span>

#include "fuzz_target.hpp"
#include "protocol/delta.hpp"

using namespace shaman;

FUZZ_TARGET(delta) {
  if (size < 2) return 0;
  const std::uint64_t file_size = data[0] * std::uint64_t{16};
  const std::uint64_t base_size = data[1] * std::uint64_t{16};
  protocol::DeltaDecoder decoder(file_size, base_size);
  std::span<const std::byte> rest = std::as_bytes(std::span(data, size)).subspan(2);
  std::uint64_t made = 0;
  std::uint64_t copied = 0;
  std::uint64_t parts = 0;
  while (!rest.empty()) {
    std::span<const std::byte> input = rest.first(std::min<std::size_t>(rest.size(), 37));
    rest = rest.subspan(input.size());
    for (;;) {
      const auto step = decoder.next(input);
      if (!step) return 0;
      if (step->is_none()) break;
      if (step->length > 0 && !step->content.empty()) std::abort();
      if (step->length > base_size || step->offset > base_size - step->length) std::abort();
      made += step->length + step->content.size();
      copied += step->length;
      parts += step->length > 0 ? 1 : 0;
      if (made > file_size || parts > protocol::most_delta_parts(file_size)) std::abort();
    }
    if (!input.empty()) std::abort();
  }
  if (decoder.copied() != copied) std::abort();
  if (decoder.end() && made != file_size) std::abort();
  return 0;
}
