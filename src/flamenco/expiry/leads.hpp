// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shaman/checkout.hpp"
#include "shaman/effort.hpp"
#include "shaman/jobs/farm.hpp"

/// Where the texts of jobs lead (docs/design/0082-one-rule-for-where-jobs-lead.md). Sans-I/O.
namespace shaman::jobs {

/// A path below the jobs folder that a text leads to.
struct Lead {
  WrittenPath path;
  /// It is written with `{jobs}`, and ends there. Else it may lead elsewhere, or only pass there
  /// before a `..`.
  bool is_named = false;
};

/// The farm's names of the jobs folder, taken apart once for all texts.
struct JobsFolders {
  struct Location {
    std::vector<std::string> parts;
    bool is_top;  ///< a drive or a share: `..` leads nowhere from it
  };
  explicit JobsFolders(const Farm& farm);

  std::vector<Location> locations;
  std::vector<std::string> drives;
};

/// Finds everywhere that a text may lead below the jobs folder: behind `{jobs}`; behind any folder
/// `jobs`, in any case, by a pattern and on any drive; behind one of the farm's names of the jobs
/// folder; and behind `**`. Of other placeholders, those of settings stand for their values, and
/// the rest for names of folders, or where the farm's variables are not known, for anything. Each
/// word of the text is also read from each of the folders below the jobs folder that are given.
/// `..` behind what may stand for several folders or for none (placeholders, `**`) takes back one
/// of them, or the folder before them. A pattern that fits `..` may be that. Slashes either way.
/// Patterns, and what stands behind the path, stay as they are.
class LeadFinder {
 public:
  /// Both references must outlive it.
  LeadFinder(const Farm& farm, Effort& effort) : farm_(farm), known_(farm), effort_(effort) {}

  /// Some or none where the effort is used up.
  [[nodiscard]] std::vector<Lead> leads_of(std::string_view text,
                                           const std::vector<WrittenPath>& folders = {});

 private:
  const Farm& farm_;
  const JobsFolders known_;
  Effort& effort_;
};

/// Whether a path is written as one place's, and not that of several.
[[nodiscard]] bool is_plain(const WrittenPath& path);
/// Whether all names of the checkout's path are written in it, in any case.
[[nodiscard]] bool spells(const WrittenPath& path, std::string_view checkout);

}  // namespace shaman::jobs
