// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdio>
#include <random>
#include <string>

namespace shaman::proxy {

/// A name that no other server has: `shaman-` and 16 random hex digits.
[[nodiscard]] inline std::string random_name() {
  std::random_device random;
  std::array<char, 32> name{};
  std::snprintf(name.data(), name.size(), "shaman-%08x%08x", random(), random());
  return name.data();
}

}  // namespace shaman::proxy
