// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/plan/permission.hpp"

#include <optional>

#include "shaman/text.hpp"

#include "pack/plan/suspicion.hpp"

namespace shaman::pack {

Permission::Permission(const PlanOptions& options, const PatternBases& bases, Project& project)
    : allow_(options.allow_outside, bases),
      private_(options.private_files, bases),
      private_origin_(options.private_origin),
      named_(options.allow_outside.begin(), options.allow_outside.end()),
      project_(project) {
  for (const std::string& pattern : options.allow_outside) {
    const std::vector<std::string> paths = anchored(pattern, bases);
    named_.insert(paths.begin(), paths.end());
  }
}

std::string Permission::why_forbidden(const std::string& file, const std::string& real) {
  std::string pattern = private_.find(file);
  if (pattern.empty()) pattern = private_.find(real);
  if (pattern.empty()) return {};
  return "it matches the pattern " + text::in_quotes(pattern) + " of `private`" +
         (private_origin_.empty() ? "" : " (" + text::printable(private_origin_) + ")");
}

std::string Permission::why_secret(const std::string& file, const std::string& real) {
  if (std::string reason = why_secret_by_path(file); !reason.empty()) return reason;
  const std::optional<std::string> below = project_.really_inside(real);
  const std::string reason = below ? why_secret_in_project(*below) : pack::why_secret(real);
  return reason.empty() ? reason : reason + " (it is a link to " + text::in_quotes(real) + ")";
}

std::string Permission::why_secret_by_path(const std::string& file) {
  const std::optional<std::string> below = project_.inside(file);
  return below ? why_secret_in_project(*below) : pack::why_secret(file);
}

// A pattern is meant for textures, not for a secret that it happens to match. A user who names the
// file itself means it.
bool Permission::is_allowed(const std::string& file, const std::string& real) {
  if (why_secret(file, real).empty()) return allow_.match(file);
  return named_.contains(real) || (named_.contains(file) && names_secret(file, real));
}

bool Permission::names_secret(const std::string& file, const std::string& real) {
  return file == real || !why_secret_by_path(file).empty();
}

void Permission::note_use(const std::string& file) {
  static_cast<void>(allow_.match(file));
}

}  // namespace shaman::pack
