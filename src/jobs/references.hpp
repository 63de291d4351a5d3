// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "shaman/checkout.hpp"
#include "shaman/manager/manager.hpp"

/// Which checkouts a job uses (docs/design/0078-one-program-erases-checkouts.md). Sans-I/O.
namespace shaman::jobs {

/// Beside `{jobs}/…`, the member of a job's metadata that names its checkout, as `{jobs}/PATH`.
inline constexpr const char* kCheckoutMember = "shaman.checkout";

/// A path below the jobs folder that a text leads to, without empty, `.` and `..` components.
struct Lead {
  std::string path;
  /// It is written with `{jobs}`. Else the folder `jobs`, or a variable, may be another one.
  bool is_named = false;
};

/// Everywhere that a text may lead below the jobs folder: behind `{jobs}`, behind any other
/// `{variable}`, and behind any folder `jobs`; slashes either way.
[[nodiscard]] std::vector<Lead> leads_of(std::string_view text);

/// All strings of a job's settings and metadata, and its `storage.shaman_checkout_id` as what it
/// means: a text that leads there.
[[nodiscard]] std::vector<std::string> texts_of(const nlohmann::json& job);

/// Of one checkout, the ids of the jobs that use it.
struct Users {
  std::set<std::string> naming;  ///< which name it
  std::set<std::string> all;     ///< and which may lead into it: rather one too many
};

/// By checkout; those that no job uses are left out.
[[nodiscard]] std::map<std::string, Users> users_of(const std::vector<FoundCheckout>& checkouts,
                                                    const std::vector<manager::Job>& jobs);

}  // namespace shaman::jobs
