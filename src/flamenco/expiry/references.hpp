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
#include "flamenco/manager/words.hpp"

/// The checkouts that a job uses (docs/design/0078-one-program-erases-checkouts.md). Sans-I/O.
namespace shaman::jobs {

using manager::kCheckoutMember;

/// The member of a job's metadata in which this server, in front of a Manager, records the
/// identities of the job's checkouts (FoundCheckout::identity), separated by blanks.
inline constexpr const char* kIdentitiesMember = "shaman.checkout-identities";

/// The text of this record; "none" without checkouts.
[[nodiscard]] std::string record_of(const std::set<std::string>& identities);
/// The identities in this record; nothing if the job has none, because it did not come through this
/// server, or came through an older one.
[[nodiscard]] std::optional<std::set<std::string>> identities_of(const nlohmann::json& job);

/// The member in which it records the makers of the checkouts that the job could lead into at its
/// submission: CheckoutPlace::maker of each, separated by blanks. So the right to delete the job
/// does not depend on whether these checkouts still exist.
inline constexpr const char* kMakersMember = "shaman.checkout-makers";

/// The text of this record; "none" without checkouts. A checkout without a maker belongs to the
/// admins.
[[nodiscard]] std::string makers_record_of(const std::set<std::string>& makers);
/// The makers in this record; an empty one stands for the admins. Nothing if the job has no record.
[[nodiscard]] std::optional<std::set<std::string>> makers_of(const nlohmann::json& job);

/// A text of a job and its place: `name`, `settings.render_output_path`.
struct JobText {
  std::string place;
  std::string text;
};

/// The texts of a job.
struct JobTexts {
  std::vector<JobText> texts;                     ///< all texts, including names of members
  std::string checkout{};                         ///< the value of kCheckoutMember: `{jobs}/PATH`
  std::string blendfile{};                        ///< the setting; Blender's `//` is its folder
  std::map<std::string, std::string> settings{};  ///< the settings that are texts
};
/// A Manager adds members of its own to a job, such as a log. From its answer, only the members
/// that clients write are read; from a client, all.
enum class From : bool { manager, client };
[[nodiscard]] JobTexts texts_of(const nlohmann::json& job, From from = From::manager);

/// The farm with the settings of one job.
[[nodiscard]] Farm farm_for(const JobTexts& job, const Farm& farm);

/// The paths that the texts of one job may lead to.
struct JobPaths {
  struct OfText {
    std::size_t text = 0;  ///< index in JobTexts::texts
    std::set<WrittenPath> paths{};
  };
  std::vector<OfText> by_text{};  ///< only texts that lead below the jobs folder

  [[nodiscard]] std::set<WrittenPath> all() const;
};
/// Returns some paths or none if the effort is used up.
[[nodiscard]] JobPaths paths_of(const JobTexts& job, const Farm& farm, Effort& effort);

/// The paths below the jobs folder that a job's texts name; fewer if reading them takes too much
/// effort (Effort).
[[nodiscard]] std::set<std::string> named_paths(const nlohmann::json& job);

}  // namespace shaman::jobs
