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
#include "shaman/effort.hpp"
#include "shaman/jobs/farm.hpp"

#include "flamenco/expiry/leads.hpp"

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

/// The member by which it records who made the checkouts that a job could lead into when it was
/// submitted: CheckoutPlace::maker of each, with blanks in between. Who may delete the job must not
/// depend on whether these checkouts are still there.
inline constexpr const char* kMakersMember = "shaman.checkout-makers";

/// That record; "none" where there is no checkout. One without a maker is the admins'.
[[nodiscard]] std::string makers_record_of(const std::set<std::string>& makers);
/// Those; empty is a checkout of the admins. Nothing where the job brings no record.
[[nodiscard]] std::optional<std::set<std::string>> makers_of(const nlohmann::json& job);

/// A text of a job, and where it is: `name`, `settings.render_output_path`.
struct JobText {
  std::string place;
  std::string text;
};

/// What a job says.
struct JobTexts {
  std::vector<JobText> texts;  ///< all of them, the names of members too
  std::string checkout{};      ///< the one that it names (kCheckoutMember), as `{jobs}/PATH`
  std::string blendfile{};     ///< the setting; Blender's `//` is the folder that it is in
  std::map<std::string, std::string> settings{};  ///< those that are texts
};
/// A Manager's answer has members of its own (its log of the job); of it, only those are read that
/// clients write. From a client, all are.
enum class From : bool { manager, client };
[[nodiscard]] JobTexts texts_of(const nlohmann::json& job, From from = From::manager);

/// The farm as one job sees it: with the job's settings.
[[nodiscard]] Farm farm_for(const JobTexts& job, const Farm& farm);

/// Where all of it may lead.
struct JobPaths {
  struct OfText {
    std::size_t text = 0;  ///< in JobTexts::texts
    std::set<WrittenPath> paths{};
  };
  std::vector<OfText> by_text{};  ///< those that lead anywhere

  [[nodiscard]] std::set<WrittenPath> all() const;
};
/// Some or none where the effort is used up.
[[nodiscard]] JobPaths paths_of(const JobTexts& job, const Farm& farm, Effort& effort);

/// The paths below the jobs folder that a job's texts name; fewer where that would be too much work
/// to read (Effort).
[[nodiscard]] std::set<std::string> named_paths(const nlohmann::json& job);

}  // namespace shaman::jobs
