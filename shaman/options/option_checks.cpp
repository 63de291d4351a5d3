// SPDX-License-Identifier: GPL-3.0-or-later
#include "options/option_checks.hpp"

#include <algorithm>
#include <string_view>

#include "shaman/text.hpp"
#include "shaman/units.hpp"

#include "options/name_checks.hpp"

namespace shaman::program {
namespace {

using units::duration_option;
using units::size_option;
using Given = std::set<std::string>;

// A gigabit a second.
constexpr std::uint64_t kFastRate = 125'000'000;
// The time that a client needs between its requirements call and the checkout.
constexpr std::chrono::minutes kShortAge{10};
// Less is rather a number without its unit than the life of a checkout.
constexpr std::chrono::hours kShortLife{1};

void check_collection(const Options& options, const Given& given, Findings& found) {
  const GcOptions& gc = options.gc;
  const StoreLimits& limits = options.store.limits;
  if (gc.min_age > gc.max_age) {
    const std::string what = "is " + duration_option(gc.max_age) + ", which is below gc.min-age (" +
                             duration_option(gc.min_age) + "); younger files are never collected";
    // Users write 0 for "as soon as allowed".
    if (given.contains("gc.max-age") && given.contains("gc.min-age") && gc.max_age.count() > 0)
      found.wrong("gc.max-age", what);
    else
      found.doubtful("gc.max-age", what);
  }
  if (gc.min_age < kShortAge)
    found.doubtful("gc.min-age", "is " + duration_option(gc.min_age) +
                                     "; files may be collected between a client's requirements "
                                     "request and its checkout, if that takes longer");
  if (limits.max_store_size > 0 && gc.max_store_size >= limits.max_store_size)
    found.wrong("max-store-size",
                "is " + size_option(limits.max_store_size) + ", and gc.max-store-size " +
                    size_option(gc.max_store_size) +
                    " is not below it; uploads are rejected before collection begins");
  if (gc.min_free_space > 0 && gc.min_free_space < limits.min_free_space)
    found.wrong("min-free-space",
                "is " + size_option(limits.min_free_space) + ", and gc.min-free " +
                    size_option(gc.min_free_space) +
                    " is below it; uploads are rejected before collection begins");
  if (gc.min_free_inodes > 0 && gc.min_free_inodes < limits.min_free_inodes)
    found.wrong("min-free-inodes",
                "is " + std::to_string(limits.min_free_inodes) + ", and gc.min-free-inodes " +
                    std::to_string(gc.min_free_inodes) +
                    " is below it; uploads are rejected before collection begins");
}

void check_lives(const Options& options, Findings& found) {
  const auto check = [&found](const char* key, std::chrono::seconds life) {
    if (life.count() > 0 && life < kShortLife)
      found.doubtful(key, "is " + duration_option(life) +
                              "; checkouts are erased as soon as they are older. A number without "
                              "a unit means seconds; write 31d for days");
  };
  check("checkout.max-age", options.old_checkouts.max_age);
  if (!options.asked_manager().empty())
    check("checkout.orphan-age", options.checkout_expiry.orphan_age);
}

void check_limits(const Options& options, const Given& given, Findings& found) {
  const http::Limits& limits = options.server.limits;
  const StoreOptions& store = options.store;
  if (limits.json_bytes > limits.json_budget)
    found.wrong("max-json-size",
                "is " + size_option(limits.json_bytes) + ", which is above json-memory (" +
                    size_option(limits.json_budget) + "); a request of that size never fits");
  if (given.contains("max-connections-per-address") &&
      limits.connections_per_address > limits.connections)
    found.doubtful("max-connections-per-address", "is above max-connections (" +
                                                      std::to_string(limits.connections) +
                                                      "); one client can use all connections");
  if (given.contains("max-file-size") && store.limits.max_store_size > 0 &&
      limits.file_bytes > store.limits.max_store_size)
    found.doubtful("max-file-size", "is above max-store-size (" +
                                        size_option(store.limits.max_store_size) +
                                        "); a file of that size is always rejected");
  for (const auto& [key, is_zero] :
       {std::pair("max-partial-uploads", store.max_partial_uploads == 0),
        std::pair("max-partial-size", store.max_partial_bytes == 0)})
    if (is_zero)
      found.doubtful(key, "is 0; uploads cannot be resumed, and interrupted ones start over");
}

void check_times(const Options& options, const Given& given, Findings& found) {
  const http::Timeouts& timeouts = options.server.timeouts;
  if (options.store.stall_after > timeouts.stall)
    found.doubtful("stall-after",
                   "is " + duration_option(options.store.stall_after) +
                       ", which is above stall-timeout (" + duration_option(timeouts.stall) +
                       "); a stalled upload is aborted before another client may take it over");
  if (options.store.upload_expiry < timeouts.stall)
    found.doubtful(
        "upload-expiry",
        "is " + duration_option(options.store.upload_expiry) + ", which is below stall-timeout (" +
            duration_option(timeouts.stall) +
            "); an unfinished upload may be removed while its client is still connected");
  if (timeouts.min_rate > kFastRate)
    found.doubtful("min-rate",
                   "is " + units::rate_option(timeouts.min_rate) +
                       ", faster than a network of 1 Gbit/s; most transfers are aborted");
  if (given.contains("rate-window") && timeouts.min_rate == 0)
    found.doubtful("rate-window", "has no effect while min-rate is 0");
  if (given.contains("verify.rate") && options.verify_period.count() == 0)
    found.doubtful("verify.rate", "has no effect while verify.period is 0");
}

// Options of checkouts that end by their age are for farms without a Manager.
void check_manager_options(const Options& options, const Given& given, Findings& found) {
  if (!options.asked_manager().empty()) return;
  for (const std::string& key : given) {
    const bool is_by_age =
        key == "checkout.max-age" || key == "checkout.check-interval" ||
        (key == "checkout.bulk-erase-limit" && options.old_checkouts.max_age.count() > 0);
    if (key.starts_with("checkout.") && !is_by_age)
      found.doubtful(key, "has no effect without manager or manager-api");
  }
}

}  // namespace

Findings check_options(const Options& options, const Given& given) {
  Findings found;
  if (options.store.durability == Durability::none)
    found.doubtful("durability", "is none; acknowledged uploads can be lost in a power cut");
  check_collection(options, given, found);
  check_lives(options, found);
  check_limits(options, given, found);
  check_times(options, given, found);
  check_manager_options(options, given, found);
  check_names(options, found);
  return found;
}

}  // namespace shaman::program
