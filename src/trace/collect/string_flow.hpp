// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "shaman/error.hpp"

#include "trace/scan.hpp"

namespace shaman::trace {

/// Strings that modifiers and node groups pass to node groups, through any number of files, until
/// an import node uses one as a path. Each file's scan knows only its own part.
class StringFlow {
 public:
  /// A string that an import node reads, and the .blend of the tree with that node: its folder is
  /// what `//` means.
  struct Path {
    std::string blend;  ///< that contains the string
    std::string base_blend;
    Reference value;
  };

  /// Takes over the results of a scan of `blend`. `library_paths`: the path of each of the scan's
  /// libraries. Those packed into this file (archives) are distinguished from the ones on disk.
  /// `holder` is the file on disk with the strings: not `blend` if that is packed into it.
  void add(const Scan& scan, const std::string& blend, const std::string& holder,
           const std::vector<std::string>& library_paths);

  /// errc::limit_exceeded if each of many strings reaches import nodes in many files.
  [[nodiscard]] result<std::vector<Path>> paths() const;

 private:
  // An input: the file of its tree, the tree, the identifier.
  using Input = std::tuple<std::string, std::string, std::string>;
  struct Argument {
    std::string blend;
    Reference value;
    Input input;
  };

  [[nodiscard]] static Input input_of(const TreeInput& input, const Scan& scan,
                                      const std::string& blend,
                                      const std::vector<std::string>& library_paths);
  void note_bases(const std::string& base, const std::set<Input>& reading,
                  std::map<Input, std::vector<std::string>>& bases) const;

  std::vector<Argument> arguments_;
  std::multimap<Input, Input> routes_to_;           // the sources of an input
  std::map<std::string, std::set<Input>> read_in_;  // by the .blend of the tree that reads them
};

}  // namespace shaman::trace
