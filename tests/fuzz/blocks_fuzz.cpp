// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/blend/block_index.hpp"

#include "fuzz_target.hpp"
#include "memory_source.hpp"

// The first byte chooses the header, the rest are blocks.
FUZZ_TARGET(blocks) {
  using namespace shaman::blend;
  if (size == 0) return 0;
  Header header;
  header.size = 0;
  header.pointer_size = (data[0] & 1) != 0 ? 4 : 8;
  header.big_endian = (data[0] & 2) != 0;
  header.long_block_heads = (data[0] & 4) != 0;
  shaman::fuzz::MemorySource source(std::span(data + 1, size - 1));
  const auto index = BlockIndex::build(source, header);
  if (!index) return 0;
  for (std::uint32_t i = 0; i < index->size(); ++i) {
    const Scope scope = index->scope_of(i);
    (void)index->find((*index)[i].old_pointer, scope);
    (void)index->length(i);
  }
  return 0;
}
