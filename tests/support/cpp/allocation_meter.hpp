// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace shaman::test {

/// How much memory the program holds by `new`, in all of its threads. A program that links
/// allocation_meter.cpp has every allocation counted. glibc only.
class AllocationMeter {
 public:
  /// Starts to look for the peak from what is held now.
  AllocationMeter();
  /// The most that was held at one moment since then, beyond what was held at the start; bytes.
  [[nodiscard]] std::size_t peak() const;

 private:
  std::size_t start_;
};

}  // namespace shaman::test
