// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/pack/rewrite.hpp"
#include "shaman/trace/trace.hpp"

/// Where each file lies in a checkout or pack, and what is rewritten: docs/pack-rules in user's
/// words.
namespace shaman::pack {

struct PlanOptions {
  std::string project;  ///< absolute folder; empty: the .blend's own
  /// Glob patterns (`*`, `?`, `**`) over absolute paths: suspicious files outside the project to be
  /// taken.
  std::vector<std::string> allow_outside;
  /// Glob patterns of files that are not packed; references to them stay as they are. What an
  /// excluded library needs is packed all the same.
  std::vector<std::string> exclude;
  /// Files that no .blend names: paths of files and folders (from the working folder, else from the
  /// project's), or glob patterns over the project's files. Not traced, if they are .blend files.
  std::vector<std::string> include;
  /// Glob patterns over absolute paths of files that are private wherever they are, besides those
  /// that look so; allow_outside excepts from these, too.
  std::vector<std::string> private_files;
  /// Names of files and folders that mark the top folder of a project, besides the usual ones.
  std::vector<std::string> project_marks;
  /// Leave absolute references alone: what they name is not packed through them.
  bool relative_only = false;
};

/// One file of the pack.
struct PlannedFile {
  std::string source;          ///< absolute path here
  std::string place;           ///< relative to the pack's root, `/` separated, UTF-8
  std::vector<Patch> patches;  ///< not empty: a .blend whose path fields change
  bool outside = false;        ///< lies below `_outside_project/`
};

/// A file that was left out because a .blend from a stranger may not carry it off.
struct Suspicious {
  std::string file;
  std::string reason;  ///< "it lies in a hidden folder"
  std::string blend;   ///< who asks
  std::string data_block;
  std::vector<std::string> chain;  ///< as in trace::Dependency
};

struct Plan {
  std::string project;             ///< absolute
  std::string blendfile_place;     ///< where the .blend itself lies in the pack
  std::vector<PlannedFile> files;  ///< sorted by place, each place once
  std::vector<Suspicious> suspicious;
  std::vector<trace::MissingFile> missing;  ///< of what PlanOptions::include names
  /// Of the trace, unless either file is excluded; `warnings` says so of each.
  std::vector<trace::AbsoluteName> absolute_names;
  /// Where the .blend lies in what looks like a project although none was named, a sentence that
  /// says which; else empty.
  std::string project_hint;
  std::vector<std::string> warnings;  ///< sentences for the artist
  /// Such sentences about places that not every worker can have: names that Windows refuses, places
  /// that differ only in case, or are too long.
  std::vector<std::string> name_warnings;
};

/// errc::malformed_request when the .blend is outside the project; errc::limit_exceeded when a new
/// path fits into its field at no place (names the field), or too many files are included.
[[nodiscard]] result<Plan> make_plan(const trace::Trace& trace, const PlanOptions& options);

}  // namespace shaman::pack
