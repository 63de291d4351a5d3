// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shaman/checkout.hpp"
#include "shaman/effort.hpp"
#include "shaman/jobs/farm.hpp"

/// Finds the paths that the texts of jobs lead to
/// (docs/design/0082-one-rule-for-where-jobs-lead.md). Sans-I/O.
namespace shaman::jobs {

/// A path below the jobs folder that a text leads to.
struct Lead {
  WrittenPath path;
  /// The path is written with `{jobs}`, and this is its end. Otherwise it may lead elsewhere, or
  /// only pass here before a `..`.
  bool is_named = false;
};

/// The farm's paths of the jobs folder, parsed once for all texts.
struct JobsFolders {
  struct Location {
    std::vector<std::string> parts;
    bool is_top;  ///< a drive or a share, which `..` does not leave
  };
  explicit JobsFolders(const Farm& farm);

  std::vector<Location> locations;
  std::vector<std::string> drives;
};

/// Finds all paths below the jobs folder that a text may mean: after `{jobs}`; after any folder
/// `jobs`, in any case, by a pattern and on any drive; after one of the farm's paths of the jobs
/// folder; and after `**`. A placeholder of a setting stands for its value. Another placeholder
/// stands for names of folders or, if the farm's variables are unknown, for anything. Also reads
/// each word of the text as relative to each of the given folders below the jobs folder. A `..`
/// after a part that may stand for several folders or for none (a placeholder, `**`) removes one of
/// them, or the folder before them. A pattern that matches `..` may act as one. Both slashes are
/// separators. Patterns, and text after the path, stay as they are.
class LeadFinder {
 public:
  /// The references must outlive this object.
  LeadFinder(const Farm& farm, Effort& effort) : farm_(farm), known_(farm), effort_(effort) {}

  /// Returns some leads or none if the effort is used up.
  [[nodiscard]] std::vector<Lead> leads_of(std::string_view text,
                                           const std::vector<WrittenPath>& folders = {});

 private:
  const Farm& farm_;
  const JobsFolders known_;
  Effort& effort_;
};

/// Whether the path is written as that of one place, without patterns.
[[nodiscard]] bool is_plain(const WrittenPath& path);
/// Whether the path spells all names of the checkout's path, in any case.
[[nodiscard]] bool spells(const WrittenPath& path, std::string_view checkout);

}  // namespace shaman::jobs
