// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

// FUZZ_TARGET(header) { … } reads any `data` of `size` bytes, and returns 0. It is the function
// that libFuzzer calls in a program of one target, and fuzz_header() in the program that runs all
// of them.
#ifdef SHAMAN_ONE_FUZZ_TARGET
#define FUZZ_TARGET(name) \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
#else
#define FUZZ_TARGET(name) extern "C" int fuzz_##name(const std::uint8_t* data, std::size_t size)
#endif
