// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/trace/dependency.hpp"

namespace shaman::trace {

/// Remembers the results of reading a .blend, so that an unchanged one need not be opened (client/
/// has an implementation on SQLite). The value is opaque to the cache. Called from several threads.
class ScanCache {
 public:
  virtual ~ScanCache() = default;
  /// Empty if the cache has nothing for this path in its present state. `what` distinguishes scans
  /// of the same file (the requested data-blocks of a library, the tracer's version).
  [[nodiscard]] virtual std::string find(const std::string& blend, const std::string& what) = 0;
  virtual void keep(const std::string& blend, const std::string& what,
                    const std::string& value) = 0;
};

struct TraceOptions {
  /// Count every data-block of a linked library, not only what is linked from it.
  bool whole_libraries = false;
  ScanCache* cache = nullptr;  ///< not owned
  std::size_t threads = 0;  ///< for reading libraries side by side; 0: as many as there are cores
};

/// A library that exists but cannot be read (damaged, cut off): it is reported, and tracing
/// continues.
struct Problem {
  std::string blend;
  std::string message;
};

/// A needed file that does not exist or is not readable; once for each data-block that refers to
/// it.
struct MissingFile {
  std::string path;  ///< as in Dependency::missing_files
  Kind kind = Kind::image;
  std::string data_block;  ///< that refers to it, as in the .blend
  std::string blend;       ///< absolute
  /// `cannot be read: Permission denied`; empty: it does not exist.
  std::string reason = {};
  std::vector<std::string> chain = {};  ///< as in Dependency
  std::string stored = {};              ///< the path as stored in the .blend
};

/// A file (a USD layer, an OSL script) that names another by an absolute path. Such files are never
/// rewritten, so a worker looks for the other file at exactly this path.
struct AbsoluteName {
  std::string file;  ///< absolute path of the naming file
  std::string path;  ///< as stored in that file
  friend auto operator<=>(const AbsoluteName&, const AbsoluteName&) = default;
};

/// A sentence for the artist, and the file that it is about: absolute.
struct Warning {
  std::string file;
  std::string text;
};

struct Trace {
  std::string blendfile;                 ///< absolute path of the .blend that was traced
  std::vector<Dependency> dependencies;  ///< sorted by blend, kind, data-block
  std::vector<Problem> problems;
  std::vector<Leftover> leftovers;           ///< of all .blend files; sorted by blend and field
  std::vector<AbsoluteName> absolute_names;  ///< sorted, each once; not dependencies
  /// Files that name others in a way that cannot be followed.
  std::vector<Warning> warnings;
  /// Files that exist but cannot be read, and why: they count as missing.
  std::map<std::string, std::string> unreadable;

  /// Every existing file needed, absolute, sorted, each once; the .blend itself included.
  [[nodiscard]] std::vector<std::string> files() const;
  /// Needed files that do not exist, absolute, sorted, each once.
  [[nodiscard]] std::vector<std::string> missing() const;
  /// The same with the referring data-blocks, sorted by path.
  [[nodiscard]] std::vector<MissingFile> missing_files() const;
};

/// Counts files that turned out to be unreadable (by path, with the reason) as missing in every
/// reference.
void set_aside(Trace& trace, const std::map<std::string, std::string>& unreadable);
/// `Image "wood" ← Material "Table" ← Object "Desk"`; not escaped.
[[nodiscard]] std::string chain_text(const std::vector<std::string>& chain);

/// Finds every file that Blender would open when rendering the .blend.
/// errc::not_found, errc::damaged_file (names file and offset), errc::limit_exceeded for the .blend
/// itself.
[[nodiscard]] result<Trace> trace(const std::string& blendfile, const TraceOptions& options = {});

}  // namespace shaman::trace
