// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/blend/sdna.hpp"

#include "fuzz_target.hpp"
#include "trace/links.hpp"

// The first byte chooses the header, the rest is the content of DNA1.
FUZZ_TARGET(sdna) {
  using namespace shaman;
  if (size == 0) return 0;
  blend::Header header;
  header.pointer_size = (data[0] & 1) != 0 ? 4 : 8;
  header.big_endian = (data[0] & 2) != 0;
  const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
  const auto sdna = blend::Sdna::parse({bytes.begin(), bytes.end()}, header, "fuzzed.blend", 0);
  if (sdna) (void)trace::Links(*sdna, std::vector<bool>(sdna->size(), true));
  return 0;
}
