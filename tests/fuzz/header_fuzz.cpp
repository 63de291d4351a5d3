// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/blend/header.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)shaman::blend::Header::parse(std::as_bytes(std::span(data, size)), "fuzzed.blend");
  return 0;
}
