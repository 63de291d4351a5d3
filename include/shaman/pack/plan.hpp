// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/pack/rewrite.hpp"
#include "shaman/trace/trace.hpp"

/// The place of each file in a checkout or pack, and the paths to rewrite: docs/pack-rules has the
/// rules in the user's words.
namespace shaman::pack {

struct PlanOptions {
  std::string project;  ///< absolute folder; empty: the .blend's own
  /// Glob patterns (`*`, `?`, `**`) over absolute paths: suspicious files outside the project that
  /// are packed all the same.
  std::vector<std::string> allow_outside;
  /// Glob patterns of files that are not packed; references to them do not change. Files that an
  /// excluded library needs are packed all the same.
  std::vector<std::string> exclude;
  /// Files that no .blend names: paths of files and folders (relative to the working folder, else
  /// to the project), or glob patterns over the project's files. Included .blend files are not
  /// traced.
  std::vector<std::string> include;
  /// Glob patterns over absolute paths of files that are private wherever they are, in addition to
  /// those that look private; allow_outside overrides these, too.
  std::vector<std::string> private_files;
  std::string private_origin;  ///< of these, for messages: `FILE:LINE`; may be empty
  /// Names of files and folders that mark the top folder of a project, besides the usual ones.
  std::vector<std::string> project_marks;
  /// Do not change absolute references, and do not pack files because of them.
  bool relative_only = false;
};

/// One file of the pack.
struct PlannedFile {
  std::string source;          ///< absolute path here
  std::string place;           ///< relative to the pack's root, `/` separated, UTF-8
  std::vector<Patch> patches;  ///< not empty: a .blend whose path fields change
  bool outside = false;        ///< below `_outside_project/`
};

/// A file that was left out, because a .blend from a stranger must not be able to take it.
struct Suspicious {
  std::string file;
  std::string reason;  ///< "it is in a hidden folder"
  std::string blend;   ///< the .blend that refers to it
  std::string data_block;
  std::vector<std::string> chain;  ///< as in trace::Dependency
};

struct Plan {
  std::string project;             ///< absolute
  std::string blendfile_place;     ///< the .blend's own place in the pack
  std::vector<PlannedFile> files;  ///< sorted by place, each place once
  std::vector<Suspicious> suspicious;
  std::vector<trace::MissingFile> missing;  ///< of the files that PlanOptions::include names
  /// Those of the trace, unless either file is excluded; `warnings` has a sentence for each.
  std::vector<trace::AbsoluteName> absolute_names;
  /// If no project was named but the .blend is in a folder that looks like one: a sentence that
  /// names it. Else empty.
  std::string project_hint;
  std::vector<std::string> warnings;  ///< sentences for the artist
  /// Warnings about places that some workers cannot have: names that Windows rejects, places that
  /// differ only in case or are too long.
  std::vector<std::string> name_warnings;
};

/// errc::invalid_argument when the .blend is outside the project; errc::limit_exceeded when no
/// place gives a path that fits into its field (names the field), or too many files are included.
[[nodiscard]] result<Plan> make_plan(const trace::Trace& trace, const PlanOptions& options);

}  // namespace shaman::pack
