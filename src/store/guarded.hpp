// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <utility>

#include "shaman/error.hpp"

namespace shaman {

/// Runs work that ends in an answer, only if the storage is in its place before, and still is, as
/// the same folder, at the end. Failures that result from a missing storage become kStorageAway.
/// `Storage` has check_there(), epoch() and is_still_there().
template <class Storage, class Work>
[[nodiscard]] auto run_guarded(Storage& storage, Work&& work) -> decltype(work()) {
  if (const auto there = storage.check_there(); !there) return there.error();
  const std::uint64_t epoch = storage.epoch();
  auto outcome = std::forward<Work>(work)();
  const bool has_failed = !outcome && outcome.error().code == errc::io_error;
  if (const auto still = storage.is_still_there(epoch, has_failed); !still) return still.error();
  return outcome;
}

}  // namespace shaman
