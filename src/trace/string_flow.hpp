// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "scan.hpp"

namespace shaman::trace {

/// Strings that are handed from modifiers and node groups to node groups, through any number of
/// files, until an import node takes one for a path. Each file's scan knows only its own part.
class StringFlow {
 public:
  /// A string that an import node reads, and the .blend of the tree with that node: its folder is
  /// what `//` means.
  struct Path {
    std::string blend;  ///< that holds the string
    std::string base_blend;
    Reference value;
  };

  /// Takes over what a scan of `blend` found. `library_paths`: where each of the scan's libraries
  /// lies. Those packed into this file (archives) are told apart from the ones on disk.
  /// `holder` is the file on disk with the strings: another than `blend` where that is packed into
  /// it.
  void add(const Scan& scan, const std::string& blend, const std::string& holder,
           const std::vector<std::string>& library_paths);

  [[nodiscard]] std::vector<Path> paths() const;

 private:
  // An input: where its tree is, the tree, the identifier.
  using Input = std::tuple<std::string, std::string, std::string>;
  struct Argument {
    std::string blend;
    Reference value;
    Input input;
  };
  struct Target {
    bool is_import = false;
    std::string base_blend;
    Input input;
  };

  [[nodiscard]] static Input input_of(const TreeInput& input, const Scan& scan,
                                      const std::string& blend,
                                      const std::vector<std::string>& library_paths);
  [[nodiscard]] std::vector<std::string> bases_of(const Input& start) const;

  std::vector<Argument> arguments_;
  std::multimap<Input, Target> routes_;
};

}  // namespace shaman::trace
