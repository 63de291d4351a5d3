// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>

#include "shaman/metrics/page.hpp"

namespace shaman::http {

/// What calls have done with checkouts. Any thread may add.
struct CallFigures {
  std::atomic<std::uint64_t> checkouts_made{0};
  std::atomic<std::uint64_t> checkouts_reused{0};
  std::atomic<std::uint64_t> checkouts_erased{0};
  std::atomic<std::uint64_t> files_linked{0};  ///< in checkouts that were made
  std::atomic<std::uint64_t> bytes_linked{0};

  void write(metrics::Page& page) const {
    const auto value = [](const std::atomic<std::uint64_t>& of) {
      return static_cast<double>(of.load(std::memory_order_relaxed));
    };
    page.counter("shaman_checkouts_made_total", "Checkouts that clients made.",
                 value(checkouts_made));
    page.counter("shaman_checkouts_reused_total", "Requests that got an unchanged checkout again.",
                 value(checkouts_reused));
    page.counter("shaman_checkouts_erased_total", "Checkouts that clients erased.",
                 value(checkouts_erased));
    page.counter("shaman_checkout_linked_files_total", "Files of the checkouts that were made.",
                 value(files_linked));
    page.counter(
        "shaman_checkout_linked_bytes_total",
        "Size of the checkouts that were made. Less the added bytes, deduplication saved it.",
        value(bytes_linked));
  }
};

}  // namespace shaman::http
