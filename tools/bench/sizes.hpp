// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

namespace shaman::bench {

/// The sizes and counts of a run.
struct Sizes {
  std::size_t large_file = 256 * 1024 * 1024;
  std::size_t large_count = 2;  ///< one after another
  std::size_t small_file = 16 * 1024;
  std::size_t small_count_alone = 2'000;  ///< over one connection
  std::size_t small_count_many = 10'000;  ///< over many
  std::size_t many = 64;                  ///< connections
  std::size_t same_file_clients = 8;
  std::size_t uploads_at_once = 1'000;
  std::size_t status_calls = 20'000;  ///< over one connection; three times that over many
  std::vector<std::size_t> known{1'000, 10'000, 100'000};
  std::vector<std::size_t> unknown{100'000, 370'000};
  std::vector<std::size_t> checkouts{1'000, 10'000, 50'000};
  std::size_t limit_small_files = 2'000;
  std::size_t limit_marks = 10'000;

  /// For a quick test: seconds instead of minutes, figures that mean little.
  [[nodiscard]] static Sizes quick() {
    Sizes sizes;
    sizes.large_file /= 16;
    sizes.small_count_alone = sizes.small_count_many = sizes.limit_small_files = 200;
    sizes.uploads_at_once = 100;
    sizes.status_calls = 1'000;
    sizes.known = sizes.checkouts = {1'000};
    sizes.unknown = {10'000};
    sizes.limit_marks = 1'000;
    return sizes;
  }
};

}  // namespace shaman::bench
