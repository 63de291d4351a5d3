// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <string>
#include <vector>

#include "shaman/pack/plan.hpp"

#include "pack/project/glob.hpp"
#include "pack/project/project.hpp"

namespace shaman::pack {

/// The user's permissions for private files, for those that a scene names and those that the user
/// includes. One thread. `file` is an absolute path, `real` the same with all links resolved.
class Permission {
 public:
  /// `project` must outlive this. `bases` are those of the patterns.
  Permission(const PlanOptions& options, const PatternBases& bases, Project& project);

  /// Which pattern of PlanOptions::private_files matches the file, as a reason; empty if none does.
  [[nodiscard]] std::string why_forbidden(const std::string& file, const std::string& real);

  /// Why the file must be a secret, by its own path or by the one that its links lead to; empty if
  /// it is not. In the project, only its folders and its name count: `cloud.asc` is not a key
  /// there.
  [[nodiscard]] std::string why_secret(const std::string& file, const std::string& real);

  /// Whether PlanOptions::allow_outside lets the file leave although it looks private. A secret
  /// must be named itself: neither a pattern nor the name of a link to it is enough.
  [[nodiscard]] bool is_allowed(const std::string& file, const std::string& real);

  /// Whether a user who names this path means a secret: not if only its links lead to one.
  [[nodiscard]] bool names_secret(const std::string& file, const std::string& real);

  /// Counts the patterns of allow_outside that match the file as used.
  void note_use(const std::string& file);
  /// The patterns of allow_outside that have not matched a file so far.
  [[nodiscard]] std::vector<std::string> unused() const { return allow_.unused(); }

 private:
  [[nodiscard]] std::string why_secret_by_path(const std::string& file);

  Globs allow_;
  Globs private_;
  std::string private_origin_;
  std::set<std::string> named_;  // patterns of allow_: a path is one as well
  Project& project_;
};

}  // namespace shaman::pack
