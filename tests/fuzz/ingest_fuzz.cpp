// SPDX-License-Identifier: GPL-3.0-or-later
// The path of a file that the server is to read.
#include <cstdlib>
#include <string_view>

#include "fuzz_target.hpp"
#include "protocol/ingest.hpp"

FUZZ_TARGET(ingest) {
  namespace protocol = shaman::protocol;
  const std::string_view field(reinterpret_cast<const char*>(data), size);
  const auto path = protocol::parse_ingest_path(field);
  if (!path) return 0;
  if (path->empty() || path->size() > protocol::kLongestIngestPath) std::abort();
  const auto again = protocol::parse_ingest_path(protocol::ingest_path(*path));
  if (!again || *again != *path) std::abort();
  return 0;
}
