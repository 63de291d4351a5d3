// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "shaman/gc.hpp"
#include "shaman/metrics/page.hpp"
#include "shaman/store.hpp"
#include "shaman/verify.hpp"

namespace shaman::program {

/// What the server's own collections and verifications did since its start; commands by hand are
/// not in it. Thread-safe.
class MaintenanceFigures {
 public:
  /// How a run ended.
  enum class Outcome : std::uint8_t { complete, stopped, skipped, failed };

  using Clock = std::chrono::steady_clock;

  /// `before`: Store::counters() when the run began.
  void collected(const result<GcResults>& results, Clock::duration took,
                 const StoreCounters& before);
  void verified(const result<VerifyResults>& results, Clock::duration took);
  /// Of all checkouts, at the last look for old ones.
  void looked_at_checkouts(std::size_t checkouts, std::size_t erased, std::size_t held);
  void write(metrics::Page& page, const StoreCounters& now) const;

 private:
  struct Runs {
    std::array<std::uint64_t, 4> by_outcome{};
    double last_seconds = 0;
    double last_success = 0;  // since 1970; 0: none yet

    void add(Outcome outcome, Clock::duration took);
    void write(metrics::Page& page, const std::string& task) const;
  };
  void write_store(metrics::Page& page, const StoreCounters& now) const;
  void write_collections(metrics::Page& page) const;
  void write_verifications(metrics::Page& page) const;
  void write_expiry(metrics::Page& page) const;

  // The content of the store when the last collection ended, and what had been added until it
  // began.
  struct Content {
    std::uint64_t blobs = 0;
    std::uint64_t bytes = 0;
    std::uint64_t blobs_added = 0;
    std::uint64_t bytes_added = 0;
  };

  mutable std::mutex mutex_;
  Runs collections_;
  Runs verifications_;
  std::optional<Content> content_;
  GcResults last_collection_;
  std::uint64_t collected_blobs_ = 0;
  std::uint64_t collected_bytes_ = 0;
  std::uint64_t restored_blobs_ = 0;
  std::uint64_t deleted_blobs_ = 0;
  std::uint64_t freed_bytes_ = 0;
  std::uint64_t verified_blobs_ = 0;
  std::uint64_t verified_bytes_ = 0;
  std::uint64_t damaged_blobs_ = 0;
  std::uint64_t missing_blobs_ = 0;  // at the last run
  std::optional<std::size_t> checkouts_;
  std::size_t held_ = 0;
  std::uint64_t expired_ = 0;
};

}  // namespace shaman::program
