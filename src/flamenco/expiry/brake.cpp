// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/expiry/brake.hpp"

#include <algorithm>
#include <utility>

#include "shaman/text.hpp"

namespace shaman::jobs {
namespace {

// More than this fraction of all checkouts at once needs a confirmation...
constexpr std::size_t kMostOf = 5;
// ... unless they are so few that any job may leave them behind, even on a small farm.
constexpr std::size_t kFew = 2;

std::vector<CheckoutId> ids_of(const std::vector<HeldCheckout>& held) {
  std::vector<CheckoutId> ids;
  for (const HeldCheckout& each : held)
    ids.push_back(each.id);
  return ids;
}

}  // namespace

Brake::Brake(JobUsage& usage, const Confirmation& confirmed, std::size_t limit, std::size_t all,
             const std::function<void(LogLevel, const std::string&)>& log)
    : usage_(usage), confirmed_(confirmed), limit_(limit), all_(all), log_(log) {}

bool Brake::is_confirmed(const CheckoutId& checkout) const {
  return std::ranges::any_of(confirmed_.checkouts, [&](const CheckoutId& each) {
    return each == checkout || each == CheckoutId{checkout.path};
  });
}

bool Brake::is_needed_for(std::size_t count) const {
  const bool is_small = count <= kFew || count * kMostOf <= all_;
  return !is_small || count > limit_;
}

void Brake::hold(std::vector<HeldCheckout> held, std::string_view why) {
  for (HeldCheckout& each : held) {
    const auto before = std::ranges::find(usage_.held, each.id, &HeldCheckout::id);
    if (before != usage_.held.end() && before->since != 0) each.since = before->since;
  }
  const auto before = std::exchange(usage_.held, std::move(held));
  const std::size_t count = usage_.held.size();
  if (count == 0 || !log_ || ids_of(before) == ids_of(usage_.held)) return;
  log_(LogLevel::warning,
       text::count_of(count, "checkout", "checkouts") + " of " + std::to_string(all_) +
           " would be erased at once, because " + std::string(why) +
           "; so many are erased only when an administrator confirms it: `shaman-server "
           "checkouts pending` lists them, and --confirm erases them");
}

std::string Brake::confirmation_of(const CheckoutId& checkout) const {
  if (!is_confirmed(checkout)) return {};
  return "; confirmed by " +
         (confirmed_.by.empty() ? "an administrator" : text::printable(confirmed_.by));
}

}  // namespace shaman::jobs
