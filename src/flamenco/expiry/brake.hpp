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

#include "flamenco/expiry/knowledge.hpp"

namespace shaman::jobs {

/// Holds back checkouts if too many would be erased at once, until an admin confirms it.
class Brake {
 public:
  /// `limit` is checkout.bulk-erase-limit; `all` is the number of checkouts in the storage. The
  /// references must outlive it.
  Brake(Knowledge& knowledge, const Confirmation& confirmed, std::size_t limit, std::size_t all,
        const std::function<void(LogLevel, const std::string&)>& log);

  [[nodiscard]] bool is_confirmed(const CheckoutId& checkout) const;
  /// Whether so many are too many: more than the limit, or more than two that are also more than a
  /// fifth of all.
  [[nodiscard]] bool is_needed_for(std::size_t count) const;
  /// Records these as held, with `why` for the log if they are others than before. Empty: none is
  /// held any more.
  void hold(std::vector<HeldCheckout> held, std::string_view why);
  /// The end of a line that says why a checkout was erased.
  [[nodiscard]] std::string confirmation_of(const CheckoutId& checkout) const;

 private:
  Knowledge& knowledge_;
  const Confirmation& confirmed_;
  const std::size_t limit_;
  const std::size_t all_;
  const std::function<void(LogLevel, const std::string&)>& log_;
};

}  // namespace shaman::jobs
