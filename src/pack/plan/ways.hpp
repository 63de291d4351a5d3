// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include "shaman/trace/trace.hpp"

#include "pack/project/project.hpp"

namespace shaman::pack {

/// The .blend files of a trace, each once for every path that opens it. Blender resolves `//` by
/// the text of that path: a file that is opened by a link and by its real path, or by two links, is
/// two libraries, which may mean different textures. Each has its own place in the pack.
class Ways {
 public:
  /// `project` must outlive the object.
  Ways(const trace::Trace& trace, Project& project);

  /// Identifies a .blend file; not a path. For a path that opens nothing, the key of the first way
  /// to the file.
  [[nodiscard]] std::string key(const std::string& blend) const;

  /// Whether the file was already opened by another path, which has the place of the file's real
  /// path.
  [[nodiscard]] bool is_further(const std::string& blend) const { return further_.contains(blend); }

 private:
  Project& project_;
  std::map<std::string, std::string> further_;  // path -> key
};

}  // namespace shaman::pack
