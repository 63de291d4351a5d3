// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/fs.hpp"

/// Checkouts that are over and that wait for an admin, because so many of them ended at once
/// (docs/design/0071-checkouts-end-with-their-jobs.md).
namespace shaman::jobs {

/// One checkout; a later one at the same path is another.
struct CheckoutId {
  std::string path;
  std::string identity{};  ///< FoundCheckout::identity; empty in records of older servers
  friend bool operator==(const CheckoutId&, const CheckoutId&) = default;
};

/// Why a checkout is over. `unknown` is in records of older servers.
enum class Ended : std::uint8_t { unknown, job_gone, never_had_job, too_old };

struct HeldCheckout {
  CheckoutId id;
  Ended why = Ended::unknown;
  std::int64_t made = 0;   ///< or last given to a client: seconds since 1970; 0: unknown
  std::int64_t since = 0;  ///< it has been waiting: seconds since 1970; 0: unknown
  friend bool operator==(const HeldCheckout&, const HeldCheckout&) = default;
};

/// The waiting checkouts, as of the server's last look. errc::io_error.
[[nodiscard]] result<std::vector<HeldCheckout>> held_checkouts(fs::FileSystem& file_system,
                                                               const std::string& storage);
/// Lets the server erase exactly these at its next look, if they are still over then. `by` is the
/// user, for the server's log.
[[nodiscard]] result<void> confirm_erasing(fs::FileSystem& file_system, const std::string& storage,
                                           const std::vector<HeldCheckout>& checkouts,
                                           const std::string& by);

}  // namespace shaman::jobs
