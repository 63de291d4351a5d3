// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/fs.hpp"

/// Checkouts that have ended and wait for an admin's confirmation, because too many ended at once
/// (docs/design/0071-checkouts-end-with-their-jobs.md).
namespace shaman::jobs {

/// Identifies one checkout; another one later at the same path has another identity.
struct CheckoutId {
  std::string path;
  std::string identity{};  ///< FoundCheckout::identity; empty in records of older servers
  friend bool operator==(const CheckoutId&, const CheckoutId&) = default;
};

/// Why a checkout has ended. Only records of older servers have `unknown`.
enum class Ended : std::uint8_t { unknown, job_gone, never_had_job, too_old };

struct HeldCheckout {
  CheckoutId id;
  Ended why = Ended::unknown;
  std::int64_t made = 0;   ///< or last reused by a client: seconds since 1970; 0: unknown
  std::int64_t since = 0;  ///< start of the wait: seconds since 1970; 0: unknown
  friend bool operator==(const HeldCheckout&, const HeldCheckout&) = default;
};

/// The waiting checkouts, as of the server's last look. errc::io_error.
[[nodiscard]] result<std::vector<HeldCheckout>> held_checkouts(fs::FileSystem& file_system,
                                                               const std::string& storage);
/// Lets the server erase exactly these checkouts at its next look, if they still count as ended
/// then. `by` is the user, for the server's log. errc::io_error.
[[nodiscard]] result<void> confirm_erasing(fs::FileSystem& file_system, const std::string& storage,
                                           const std::vector<HeldCheckout>& checkouts,
                                           const std::string& by);

}  // namespace shaman::jobs
