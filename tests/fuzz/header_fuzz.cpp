// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/blend/header.hpp"

#include "fuzz_target.hpp"

FUZZ_TARGET(header) {
  (void)shaman::blend::Header::parse(std::as_bytes(std::span(data, size)), "fuzzed.blend");
  return 0;
}
