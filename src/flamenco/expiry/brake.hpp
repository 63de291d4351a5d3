// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/checkout.hpp"
#include "shaman/jobs/held_checkouts.hpp"
#include "shaman/store.hpp"

#include "flamenco/expiry/job_usage.hpp"

namespace shaman::jobs {

/// The bulk erase limit: if too many checkouts would be erased at once, holds them until an admin
/// confirms it.
class Brake {
 public:
  /// `limit` is checkout.bulk-erase-limit, and `all` the number of checkouts in the storage. The
  /// references must outlive this object.
  Brake(JobUsage& usage, const Confirmation& confirmed, std::size_t limit, std::size_t all,
        const std::function<void(LogLevel, const std::string&)>& log);

  [[nodiscard]] bool is_confirmed(const CheckoutId& checkout) const;
  /// Whether erasing `count` checkouts needs a confirmation: more than the limit, or more than two
  /// that are also more than a fifth of all.
  [[nodiscard]] bool is_needed_for(std::size_t count) const;
  /// Records these checkouts as held, in place of those held before. Logs them with `why` if they
  /// differ from those.
  void hold(std::vector<HeldCheckout> held, std::string_view why);
  /// The end of the log line about an erased checkout: who confirmed it; empty without a
  /// confirmation.
  [[nodiscard]] std::string confirmation_of(const CheckoutId& checkout) const;

 private:
  JobUsage& usage_;
  const Confirmation& confirmed_;
  const std::size_t limit_;
  const std::size_t all_;
  const std::function<void(LogLevel, const std::string&)>& log_;
};

}  // namespace shaman::jobs
