// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/jobs/old_checkouts.hpp"

#include <utility>

#include "shaman/text.hpp"

#include "flamenco/expiry/unread_folders.hpp"

namespace shaman::jobs {
namespace {

// Since it was listed, someone else has erased it, or it was given to a client again.
bool is_settled(const Error& error) {
  return error.code == errc::not_found || error.code == errc::busy;
}

}  // namespace

result<OldCheckoutsResults> erase_old_checkouts(Checkouts& checkouts,
                                                const OldCheckoutsOptions& options, fs::Time now,
                                                const std::atomic<bool>& stop) {
  OldCheckoutsResults results;
  if (options.max_age.count() <= 0) return results;
  const auto say = [&options](LogLevel level, const std::string& message) {
    if (options.log) options.log(level, message);
  };
  std::vector<std::string> unread;
  const auto found = checkouts.list(&unread);
  if (!found) return found.error();
  if (!unread.empty()) say(LogLevel::warning, warning_of(unread));
  results.checkouts = found->size();
  const fs::Time latest = now - options.max_age;
  for (const FoundCheckout& checkout : *found) {
    if (stop) break;
    if (checkout.made > latest) continue;
    const auto erased = checkouts.erase_unused(checkout);
    if (erased) {
      results.erased.push_back(checkout.path);
      say(LogLevel::info, "erased the checkout " + text::in_quotes(checkout.path) +
                              ": it is older than checkout.max-age");
    } else if (!is_settled(erased.error())) {
      say(LogLevel::error, text::printable(erased.error().message()));
    }
  }
  return results;
}

}  // namespace shaman::jobs
