// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/jobs/old_checkouts.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "shaman/text.hpp"

#include "flamenco/expiry/brake.hpp"
#include "flamenco/expiry/job_usage.hpp"
#include "flamenco/expiry/unread_folders.hpp"

namespace shaman::jobs {
namespace {

// A farm is switched off for a while without a fault, such as over a weekend.
constexpr std::chrono::hours kShortBreak{24 * 7};

// Whether another program has erased the checkout since it was listed, or a client got it again.
bool is_settled(const Error& error) {
  return error.code == errc::not_found || error.code == errc::busy;
}

// The age at which checkouts end without the bulk erase limit.
struct Ages {
  std::chrono::seconds wanted;
  std::chrono::seconds in_force;  // 0: none
  bool is_late;                   // no look for long: the server was off, or the clock jumped

  Ages(std::chrono::seconds max_age, const JobUsage& usage, fs::Time now)
      : wanted(max_age),
        in_force(usage.age_in_force),
        is_late(seconds_of(now) - usage.ages_looked_at >
                std::max<std::chrono::seconds>(wanted, kShortBreak).count()) {}

  [[nodiscard]] bool is_shorter() const { return in_force.count() == 0 || wanted < in_force; }
  // The bulk erase limit counts only younger checkouts. Nothing: it counts all.
  [[nodiscard]] std::optional<std::chrono::seconds> ordinary() const {
    if (is_late || in_force.count() == 0) return std::nullopt;
    return std::max(wanted, in_force);
  }
  [[nodiscard]] std::string_view reason() const {
    return is_shorter() ? "they are older than checkout.max-age, which is shorter than before"
                        : "they are older than checkout.max-age, and the server did not run for "
                          "long, or the clock of this machine jumped";
  }
};

struct Sorted {
  std::vector<const FoundCheckout*> ended;
  std::vector<HeldCheckout> held;
  bool is_confirmed = false;
};

Sorted sort_by_age(const std::vector<FoundCheckout>& found, const Ages& ages, fs::Time now,
                   const Brake& brake) {
  Sorted sorted;
  std::vector<const FoundCheckout*> counted;
  const auto ordinary = ages.ordinary();
  for (const FoundCheckout& checkout : found) {
    const auto age = now - checkout.made;
    if (age < ages.wanted) continue;
    const bool is_confirmed = brake.is_confirmed({checkout.path, checkout.identity});
    const bool is_free = is_confirmed || (ordinary && age >= *ordinary);
    sorted.is_confirmed = sorted.is_confirmed || is_confirmed;
    (is_free ? sorted.ended : counted).push_back(&checkout);
  }
  if (!brake.is_needed_for(counted.size())) {
    sorted.ended.insert(sorted.ended.end(), counted.begin(), counted.end());
    std::ranges::sort(sorted.ended, {}, &FoundCheckout::path);
    return sorted;
  }
  for (const FoundCheckout* const checkout : counted)
    sorted.held.push_back({{checkout->path, checkout->identity},
                           Ended::too_old,
                           seconds_of(checkout->made),
                           seconds_of(now)});
  return sorted;
}

}  // namespace

struct OldCheckouts::Impl {
  Checkouts& checkouts;
  const JobUsageFiles files;

  // Without a maximum age, no checkout waits.
  void release() const {
    auto usage = files.read();
    if (!usage || usage->held.empty()) return;
    usage->held.clear();
    if (files.write(*usage)) files.forget_confirmed();
  }
};

OldCheckouts::OldCheckouts(Checkouts& checkouts, fs::FileSystem& file_system, std::string storage)
    : impl_(new Impl{checkouts, JobUsageFiles(file_system, std::move(storage))}) {}
OldCheckouts::~OldCheckouts() = default;

result<OldCheckoutsResults> OldCheckouts::look(const OldCheckoutsOptions& options, fs::Time now,
                                               const std::atomic<bool>& stop) {
  OldCheckoutsResults results;
  const auto there = impl_->checkouts.check_there();
  if (options.max_age.count() <= 0) {
    if (there) impl_->release();
    return results;
  }
  if (!there) return there.error();
  const auto say = [&options](LogLevel level, const std::string& message) {
    if (options.log) options.log(level, message);
  };
  auto usage = impl_->files.read();
  if (!usage) return usage.error();
  const auto confirmed = impl_->files.read_confirmed();
  if (!confirmed) return confirmed.error();
  std::vector<std::string> unread;
  const auto found = impl_->checkouts.list(&unread);
  if (!found) return found.error();
  if (!unread.empty()) say(LogLevel::warning, warning_of(unread));
  results.checkouts = found->size();
  const Ages ages(options.max_age, *usage, now);
  Brake brake(*usage, *confirmed, options.erase_brake, found->size(), options.log);
  Sorted sorted = sort_by_age(*found, ages, now, brake);
  for (const HeldCheckout& each : sorted.held)
    results.held.push_back(each.id.path);
  // While checkouts are held, the former age stays in force, so that each look has the same result.
  // A confirmation accepts the new age; otherwise the checkouts that reach it in the meantime would
  // wait, too.
  const bool is_accepted = sorted.held.empty() || sorted.is_confirmed;
  if (is_accepted) usage->age_in_force = ages.wanted.count();
  if (is_accepted || !ages.is_late) usage->ages_looked_at = seconds_of(now);
  brake.hold(std::move(sorted.held), ages.reason());
  for (const FoundCheckout* const checkout : sorted.ended) {
    if (stop) return results;
    const auto erased = impl_->checkouts.erase_unused(*checkout);
    if (erased) {
      results.erased.push_back(checkout->path);
      say(LogLevel::info, "erased the checkout " + text::in_quotes(checkout->path) +
                              ": it is older than checkout.max-age" +
                              brake.confirmation_of({checkout->path, checkout->identity}));
    } else if (!is_settled(erased.error())) {
      say(LogLevel::error, text::printable(erased.error().message()));
    }
  }
  // A failure to write, such as on a full storage, does not undo the erasures.
  if (const auto written = impl_->files.write(*usage); !written)
    say(LogLevel::error, text::printable(written.error().message()));
  else if (!confirmed->checkouts.empty())
    impl_->files.forget_confirmed();
  return results;
}

}  // namespace shaman::jobs
