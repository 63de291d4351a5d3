// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <string>
#include <vector>

#include "shaman/pack/plan.hpp"

#include "pack/project/glob.hpp"
#include "pack/project/project.hpp"

namespace shaman::pack {

/// What the user has said about private files, asked alike for those that a scene names and those
/// that he includes. One thread. `file` is an absolute path, `real` the same with all links
/// resolved.
class Permission {
 public:
  /// `project` must outlive this.
  Permission(const PlanOptions& options, Project& project);

  /// Why a pattern of PlanOptions::private_files means the file; empty when none does.
  [[nodiscard]] std::string why_forbidden(const std::string& file, const std::string& real);

  /// Why the file must be a secret, by its own path or by the one that its links lead to; empty
  /// when it is none. In the project by its folders and its name only: `cloud.asc` is no key there.
  [[nodiscard]] std::string why_secret(const std::string& file, const std::string& real);

  /// Whether PlanOptions::allow_outside lets the file leave although it looks private. A secret has
  /// to be named itself: neither a pattern nor the name of a link to it is enough.
  [[nodiscard]] bool is_allowed(const std::string& file, const std::string& real);

  /// Whether who names this path means a secret: not where only its links lead to one.
  [[nodiscard]] bool names_secret(const std::string& file, const std::string& real);

  /// Counts the patterns of allow_outside that match the file as used.
  void note_use(const std::string& file);
  /// The patterns of allow_outside that have matched nothing so far.
  [[nodiscard]] std::vector<std::string> unused() const { return allow_.unused(); }

 private:
  [[nodiscard]] std::string why_secret_by_path(const std::string& file);

  Globs allow_;
  Globs private_;
  std::set<std::string> named_;  // patterns of allow_: a path is one as well
  Project& project_;
};

}  // namespace shaman::pack
