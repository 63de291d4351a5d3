// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shaman/trace/dependency.hpp"

namespace shaman::pack {

/// How the files of one reference belong together.
enum class Shape : std::uint8_t {
  single,   ///< one file, which can be in any folder
  pattern,  ///< files found by their names in one folder, which may contain no others
  tree,     ///< a named folder, with the needed part of its content
};

/// A file of a set: its path below the set's folder, in the pack and on this machine.
struct Member {
  std::string name;    ///< relative to the folder, as the reference finds it
  std::string source;  ///< absolute path here
  bool packed = true;  ///< false: only its place matters
};

/// The files of one reference, which keep their places relative to each other.
struct FileSet {
  Shape shape = Shape::single;
  std::string folder;  ///< absolute, in the disk's spelling
  std::vector<Member> members;
  /// The place of the named file or pattern below the folder; only for a tree whose files name each
  /// other.
  std::string subfolder;
};

/// The set of a reference's files; it must have some. `shared_field`: other references use the same
/// field (strips of one folder), so that all files are in one folder.
[[nodiscard]] FileSet file_set_of(const trace::Dependency& dependency, bool shared_field);

/// The last component that the reference needs to find the members: the stored one, in the spelling
/// of the names on disk. The number in a sequence's name stays, because it says where the sequence
/// begins.
[[nodiscard]] std::string pattern_name(const trace::Dependency& dependency, const FileSet& set);

}  // namespace shaman::pack
