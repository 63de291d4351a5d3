// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
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

/// The member of a job's metadata by which this server, in front of a Manager, records which
/// checkouts a job names: their identities (FoundCheckout::identity), with blanks in between.
inline constexpr const char* kIdentitiesMember = "shaman.checkout-identities";

/// That record; "none" where there is no checkout.
[[nodiscard]] std::string record_of(const std::set<std::string>& identities);
/// The identities that a job was submitted for; nothing where it brings no record: it was not
/// submitted through this server, or through one from before there was a record.
[[nodiscard]] std::optional<std::set<std::string>> identities_of(const nlohmann::json& job);

/// A path below the jobs folder that a text leads to, without empty, `.` and `..` components.
struct Lead {
  std::string path;
  /// It is written with `{jobs}`, and ends there. Else it may lead elsewhere, or only pass there
  /// before a `..`.
  bool is_named = false;
  /// It stands behind another variable, which leads wherever an admin has pointed it.
  bool is_variable = false;
};

/// Everywhere that a text may lead below the jobs folder: behind `{jobs}`, behind any other
/// `{variable}`, and behind any folder `jobs`, in any case and on any drive; slashes either way.
/// Patterns, and what stands behind the path, stay as they are.
[[nodiscard]] std::vector<Lead> leads_of(std::string_view text);
/// The same for a text that is relative to a folder below the jobs folder: `../…`, `./…`, and
/// Blender's `//…`. Empty for any other.
[[nodiscard]] std::vector<Lead> leads_beside(std::string_view text, const std::string& folder);

/// All strings of a job's settings and metadata, and its `storage.shaman_checkout_id` as what it
/// means: a text that leads there.
[[nodiscard]] std::vector<std::string> texts_of(const nlohmann::json& job);

/// The paths below the jobs folder that a job's texts name.
[[nodiscard]] std::set<std::string> named_paths(const nlohmann::json& job);

/// Of one checkout, the ids of the jobs that use it.
struct Users {
  std::set<std::string>
      naming;                 ///< which name it: its path, and its identity where they record one
  std::set<std::string> all;  ///< and which may lead into it: rather one too many
};

/// By checkout; those that no job uses are left out.
[[nodiscard]] std::map<std::string, Users> users_of(const std::vector<FoundCheckout>& checkouts,
                                                    const std::vector<manager::Job>& jobs);

}  // namespace shaman::jobs
