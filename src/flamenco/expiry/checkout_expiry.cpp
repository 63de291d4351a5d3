// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/jobs/checkout_expiry.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "shaman/text.hpp"

#include "flamenco/expiry/brake.hpp"
#include "flamenco/expiry/job_usage.hpp"
#include "flamenco/expiry/references.hpp"
#include "flamenco/expiry/unread_folders.hpp"
#include "flamenco/expiry/users.hpp"

namespace shaman::jobs {
namespace {

std::int64_t nanoseconds_of(fs::Time time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

Error no_jobs() {
  return {errc::protocol_error,
          "the Manager has no job at all: no checkout is erased, in case it has lost them"};
}

// Whether the job is older than this checkout, which has taken the path of another one. Only
// `first_seen` shows that.
bool is_another(const JobUsage& usage, const std::string& job, const CheckoutId& checkout) {
  const auto seen = usage.first_seen.find(job);
  if (seen == usage.first_seen.end()) return false;
  const auto then = seen->second.find(checkout.path);
  return then == seen->second.end() || then->second != checkout.identity;
}

bool is_deleted(const Known& known, const std::set<std::string>& deleted) {
  return !known.jobs.empty() && std::ranges::includes(deleted, known.jobs);
}

// Forgets the record of an earlier checkout at the same path.
void take_order(JobUsage& usage, const DeletedJob& job, fs::Time at) {
  usage.deleted_jobs.insert(job.id);
  for (const CheckoutId& checkout : job.checkouts) {
    if (is_another(usage, job.id, checkout)) continue;
    Known& known = usage.checkouts[checkout.path];
    if (!known.identity.empty() && known.identity != checkout.identity) known = {};
    known.identity = checkout.identity;
    known.jobs.insert(job.id);
    known.not_after = std::max(known.not_after, nanoseconds_of(at));
  }
}

// The checkouts of jobs on their way to the Manager. Thread-safe.
class Holds {
 public:
  void begin(const std::vector<std::string>& paths) {
    const std::lock_guard lock(mutex_);
    for (const std::string& path : paths) {
      ++held_[path];
      lately_.insert(path);
    }
  }
  void end(const std::vector<std::string>& paths) {
    const std::lock_guard lock(mutex_);
    for (const std::string& path : paths)
      if (--held_[path] == 0) held_.erase(path);
  }
  /// From now on, only checkouts that are held now or later count.
  void ask() {
    const std::lock_guard lock(mutex_);
    lately_.clear();
    for (const auto& [path, count] : held_)
      lately_.insert(path);
  }
  /// Calls `act` unless the path is held. While it runs, no hold begins.
  template <class Do>
  bool unless_held(const std::string& path, const Do& act) {
    const std::lock_guard lock(mutex_);
    if (lately_.contains(path)) return false;
    act();
    return true;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::size_t> held_;
  std::set<std::string> lately_;  // held now, or at any time since the last ask()
};

// One look, based on the usage of earlier ones.
class Look {
 public:
  Look(Checkouts& checkouts, const CheckoutExpiryOptions& options, fs::Time now, JobUsage& usage,
       Holds& holds)
      : checkouts_(checkouts), options_(options), now_(now), usage_(usage), holds_(holds) {}

  result<CheckoutExpiryResults> run(const AskForJobs& ask, const Confirmation& confirmed);

 private:
  void learn_orders(const std::vector<manager::Job>& jobs);
  void see(const std::vector<manager::Job>& jobs, std::map<std::string, Users>& users);
  void learn(const std::map<std::string, Users>& users);
  [[nodiscard]] const Known* known_of(const FoundCheckout& checkout) const;
  [[nodiscard]] const FoundCheckout& found_at(const std::string& path) const;
  [[nodiscard]] bool is_ordered(const std::string& path) const;
  [[nodiscard]] bool is_unread(const std::string& path) const;
  void tell_unread() const;
  [[nodiscard]] bool is_over(const FoundCheckout& checkout) const;
  [[nodiscard]] std::vector<std::string> find_over() const;
  void apply_brake(std::vector<std::string>& over, Brake& brake);
  [[nodiscard]] result<void> drop_used(const AskForJobs& ask, std::vector<std::string>& over);
  void erase(const std::vector<std::string>& over, const Brake& brake);
  void erase(const std::string& path, const Brake& brake);
  void say(LogLevel level, const std::string& message) const {
    if (options_.log) options_.log(level, message);
  }

  Checkouts& checkouts_;
  const CheckoutExpiryOptions& options_;
  const fs::Time now_;
  JobUsage& usage_;
  Holds& holds_;
  bool has_jobs_ = true;
  std::set<std::string> used_;
  std::vector<FoundCheckout> found_;
  std::vector<std::string> unread_;  // folders below jobs
  CheckoutExpiryResults results_;
};

// The Manager first marks a job for deletion, and deletes it later.
void Look::learn_orders(const std::vector<manager::Job>& jobs) {
  for (const manager::Job& job : jobs) {
    const auto marked = job.whole.find("delete_requested_at");
    if (marked != job.whole.end() && marked->is_string()) usage_.deleted_jobs.insert(job.id);
    if (usage_.deleted_jobs.contains(job.id)) results_.is_awaited = true;
  }
}

// A job without a record names the checkouts that are at its paths when a look first sees the job.
// If one of the paths cannot be read then, a later look decides.
void Look::see(const std::vector<manager::Job>& jobs, std::map<std::string, Users>& users) {
  std::map<std::string, FirstSeen> next;
  std::set<std::string> is_new;
  for (const manager::Job& job : jobs) {
    if (identities_of(job.whole)) continue;
    if (const auto before = usage_.first_seen.find(job.id); before != usage_.first_seen.end()) {
      next.insert(*before);
      continue;
    }
    const std::set<std::string> paths = named_paths(job.whole);
    if (paths.empty() ||
        std::ranges::any_of(paths, [&](const std::string& path) { return is_unread(path); }))
      continue;
    next[job.id];
    is_new.insert(job.id);
  }
  for (const auto& [path, of_path] : users)
    for (const std::string& job : of_path.naming)
      if (is_new.contains(job)) next[job][path] = found_at(path).identity;
  usage_.first_seen = std::move(next);
  for (auto& [path, of_path] : users)
    std::erase_if(of_path.naming, [&](const std::string& job) {
      return is_another(usage_, job, {path, found_at(path).identity});
    });
}

// A record about an earlier checkout at the same path does not apply.
const Known* Look::known_of(const FoundCheckout& checkout) const {
  const auto known = usage_.checkouts.find(checkout.path);
  if (known == usage_.checkouts.end()) return nullptr;
  const std::string& identity = known->second.identity;
  return identity.empty() || identity == checkout.identity ? &known->second : nullptr;
}

const FoundCheckout& Look::found_at(const std::string& path) const {
  return *std::ranges::lower_bound(found_, path, {}, &FoundCheckout::path);
}

// Updates the record of each checkout, and forgets those that no longer exist. If a job may lead
// into a checkout without naming it, the job keeps the checkout, but does not count as its job:
// otherwise anybody could have the checkout erased by making and deleting such a job.
void Look::learn(const std::map<std::string, Users>& users) {
  std::map<std::string, Known> next;
  for (const FoundCheckout& checkout : found_) {
    const auto using_it = users.find(checkout.path);
    const bool is_used = using_it != users.end();
    const Known* const known = known_of(checkout);
    if (is_used) used_.insert(checkout.path);
    if (is_used && !using_it->second.naming.empty()) {
      next[checkout.path] = {using_it->second.naming, 0, nanoseconds_of(now_), checkout.identity};
    } else if (known != nullptr) {
      // A client got the checkout again, for another job, after its jobs were deleted.
      const bool is_given_again = known->not_after != 0 &&
                                  nanoseconds_of(checkout.made) > known->not_after &&
                                  is_deleted(*known, usage_.deleted_jobs);
      if (!is_used && is_given_again) continue;
      Known& kept = next[checkout.path] = *known;
      kept.identity = checkout.identity;
      std::int64_t& since = kept.gone_since;
      if (is_used)
        since = 0;
      else if (since == 0)
        since = seconds_of(now_);
    }
  }
  // It is unknown whether checkouts in unreadable folders still exist, so their records stay.
  for (const auto& [path, known] : usage_.checkouts)
    if (is_unread(path)) next.emplace(path, known);
  results_.used = used_.size();
  usage_.checkouts = std::move(next);
}

bool Look::is_unread(const std::string& path) const {
  return std::ranges::any_of(unread_, [&](const std::string& folder) {
    return path == folder || path.starts_with(folder + "/");
  });
}

void Look::tell_unread() const {
  if (!unread_.empty()) say(LogLevel::warning, warning_of(unread_));
}

bool Look::is_ordered(const std::string& path) const {
  const auto known = usage_.checkouts.find(path);
  return known != usage_.checkouts.end() && is_deleted(known->second, usage_.deleted_jobs);
}

bool Look::is_over(const FoundCheckout& checkout) const {
  if (used_.contains(checkout.path)) return false;
  const auto known = usage_.checkouts.find(checkout.path);
  if (known == usage_.checkouts.end())
    return has_jobs_ && options_.orphan_age.count() > 0 &&
           now_ - checkout.made >= options_.orphan_age;
  if (is_ordered(checkout.path)) return true;
  // If a client got the checkout again since then, the grace period counts from that time.
  const std::int64_t since = std::max(known->second.gone_since, seconds_of(checkout.made));
  return has_jobs_ && seconds_of(now_) - since >= options_.grace.count();
}

std::vector<std::string> Look::find_over() const {
  std::vector<std::string> over;
  for (const FoundCheckout& checkout : found_)
    if (is_over(checkout)) over.push_back(checkout.path);
  return over;
}

// Checkouts that an admin has confirmed end, and those whose jobs people deleted. Of the others,
// either all end or none.
void Look::apply_brake(std::vector<std::string>& over, Brake& brake) {
  std::vector<std::string> allowed;
  std::vector<std::string> rest;
  std::vector<HeldCheckout> held;
  for (const std::string& path : over) {
    const FoundCheckout& found = found_at(path);
    const CheckoutId id{path, found.identity};
    if (brake.is_confirmed(id) || is_ordered(path)) {
      allowed.push_back(path);
      continue;
    }
    const bool had_job = usage_.checkouts.contains(path);
    rest.push_back(path);
    held.push_back({id, had_job ? Ended::job_gone : Ended::never_had_job, seconds_of(found.made),
                    seconds_of(now_)});
  }
  if (!brake.is_needed_for(rest.size())) return brake.hold({}, {});
  over = std::move(allowed);
  results_.held = std::move(rest);
  brake.hold(std::move(held), "no job uses them any more");
}

// A new job may use the checkout since the first question.
result<void> Look::drop_used(const AskForJobs& ask, std::vector<std::string>& over) {
  holds_.ask();
  const auto jobs = ask();
  if (!jobs) return jobs.error();
  const auto users = users_of(found_, *jobs, options_.farm);
  if (has_jobs_ && jobs->empty()) return no_jobs();
  std::erase_if(over, [&](const std::string& path) { return users.contains(path); });
  return {};
}

void Look::erase(const std::vector<std::string>& over, const Brake& brake) {
  for (const std::string& path : over)
    if (!holds_.unless_held(path, [&] { erase(path, brake); })) results_.is_awaited = true;
}

void Look::erase(const std::string& path, const Brake& brake) {
  const bool had_job = usage_.checkouts.contains(path);
  const auto erased = checkouts_.erase_unused(found_at(path));
  // Another program, usually the Manager, has erased it, or a client got it again since it was
  // listed.
  if (!erased && (erased.error().code == errc::not_found || erased.error().code == errc::busy))
    return;
  if (!erased) return say(LogLevel::error, text::printable(erased.error().message()));
  results_.erased.push_back(path);
  usage_.checkouts.erase(path);
  say(LogLevel::info, "erased the checkout " + text::in_quotes(path) +
                          (had_job ? ": its job is gone" : ": it never had a job") +
                          brake.confirmation_of({path, found_at(path).identity}));
}

result<CheckoutExpiryResults> Look::run(const AskForJobs& ask, const Confirmation& confirmed) {
  // Asks for the jobs before it lists the checkouts: a checkout that is made in between is too
  // young to end.
  const auto jobs = ask();
  if (!jobs) return jobs.error();
  auto found = checkouts_.list(&unread_);
  if (!found) return found.error();
  tell_unread();
  found_ = *std::move(found);
  has_jobs_ = !jobs->empty();
  results_.checkouts = found_.size();
  const bool are_known_deleted = std::ranges::any_of(usage_.checkouts, [&](const auto& known) {
    return is_deleted(known.second, usage_.deleted_jobs);
  });
  if (!has_jobs_ && !are_known_deleted) return no_jobs();
  learn_orders(*jobs);
  auto users = users_of(found_, *jobs, options_.farm);
  see(*jobs, users);
  learn(users);
  std::vector<std::string> over = find_over();
  Brake brake(usage_, confirmed, options_.erase_brake, found_.size(), options_.log);
  apply_brake(over, brake);
  if (!over.empty())
    if (auto again = drop_used(ask, over); !again) return again.error();
  erase(over, brake);
  return std::move(results_);
}

}  // namespace

struct CheckoutExpiry::Impl {
  Impl(Checkouts& checkouts_in, fs::FileSystem& file_system, std::string storage)
      : checkouts(checkouts_in), files(file_system, std::move(storage)) {}

  Checkouts& checkouts;
  const JobUsageFiles files;
  std::mutex looking;  // one look at a time
  std::mutex mutex;
  // A checkout that is made after `at` only has the path of one that the job names.
  struct Order {
    DeletedJob job;
    fs::Time at;
  };
  std::vector<Order> orders;  // since the last look; guarded by mutex
  Holds holds;
};

CheckoutExpiry::CheckoutExpiry(Checkouts& checkouts, fs::FileSystem& file_system,
                               std::string storage)
    : impl_(std::make_unique<Impl>(checkouts, file_system, std::move(storage))) {}
CheckoutExpiry::~CheckoutExpiry() = default;

void CheckoutExpiry::job_deleted(const DeletedJob& job) {
  const std::lock_guard lock(impl_->mutex);
  impl_->orders.push_back({job, std::chrono::system_clock::now()});
}

std::shared_ptr<void> CheckoutExpiry::hold(std::vector<std::string> checkouts) {
  struct Held {
    Held(Holds& holds_in, std::vector<std::string> paths_in)
        : holds(holds_in), paths(std::move(paths_in)) {
      holds.begin(paths);
    }
    ~Held() { holds.end(paths); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    Holds& holds;
    const std::vector<std::string> paths;
  };
  return std::make_shared<Held>(impl_->holds, std::move(checkouts));
}

result<CheckoutExpiryResults> CheckoutExpiry::look(const AskForJobs& ask,
                                                   const CheckoutExpiryOptions& options,
                                                   fs::Time now) {
  const std::lock_guard one_at_a_time(impl_->looking);
  if (const auto there = impl_->checkouts.check_there(); !there) return there.error();
  auto usage = impl_->files.read();
  if (!usage) return usage.error();
  const auto confirmed = impl_->files.read_confirmed();
  if (!confirmed) return confirmed.error();
  {
    const std::lock_guard lock(impl_->mutex);
    for (const auto& [job, at] : impl_->orders)
      take_order(*usage, job, at);
    impl_->orders.clear();
  }
  auto looked = Look(impl_->checkouts, options, now, *usage, impl_->holds).run(ask, *confirmed);
  std::set<std::string> of_checkouts;
  for (const auto& [path, known] : usage->checkouts)
    of_checkouts.insert(known.jobs.begin(), known.jobs.end());
  std::erase_if(usage->deleted_jobs,
                [&](const std::string& id) { return !of_checkouts.contains(id); });
  if (const auto written = impl_->files.write(*usage); !written) return written.error();
  // If there was no confirmation when this look began, one that has arrived since is for the next
  // look.
  if (looked && !confirmed->checkouts.empty()) impl_->files.forget_confirmed();
  return looked;
}

}  // namespace shaman::jobs
