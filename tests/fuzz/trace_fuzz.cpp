// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz_target.hpp"
#include "memory_source.hpp"
#include "trace/scanner.hpp"

// A whole .blend, whatever its form. Touches no other file.
FUZZ_TARGET(trace) {
  using namespace shaman;
  const auto outer = std::make_shared<fuzz::MemorySource>(std::span(data, size));
  auto source = blend::ByteSource::open_within(outer, 0, size, "fuzzed.blend");
  if (!source) return 0;
  auto file = blend::BlendFile::open(std::shared_ptr<blend::ByteSource>(std::move(*source)));
  if (!file) return 0;
  const auto scan = trace::Scanner(*file).run({true, {}});
  if (scan) (void)trace::parse_scan(trace::serialise(*scan));
  return 0;
}
