// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shaman/trace/dependency.hpp"

namespace shaman::pack {

/// How the files of one reference hang together.
enum class Shape : std::uint8_t {
  single,   ///< one file that can lie anywhere under any folder
  pattern,  ///< files that are found by their names in one folder: nothing else may lie there
  tree,     ///< a folder that is named, with what is needed of its content
};

/// A file of a set: where it lies below the set's folder, there and here.
struct Member {
  std::string name;    ///< relative to the folder, as the reference will look for it
  std::string source;  ///< absolute path here
  bool packed = true;  ///< false: only its place is of interest
};

/// The files of one reference, which keep their places among each other.
struct FileSet {
  Shape shape = Shape::single;
  std::string folder;  ///< absolute, in the spelling that the disk has
  std::vector<Member> members;
  /// Where below the folder the named file or pattern lies; only of a tree whose files name each
  /// other.
  std::string subfolder;
};

/// What a reference's files are together; it must have some. `shared_field`: other references
/// stand in the same field (strips of one folder), so that all lie in one folder.
[[nodiscard]] FileSet file_set_of(const trace::Dependency& dependency, bool shared_field);

/// What the reference's last component must be, so that it finds the members: the stored one, but
/// with the letters that the names on disk have. The number in a sequence's name stays, as it says
/// where the sequence begins.
[[nodiscard]] std::string pattern_name(const trace::Dependency& dependency, const FileSet& set);

}  // namespace shaman::pack
