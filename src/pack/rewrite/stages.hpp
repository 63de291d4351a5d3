// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "pack/plan/file_set.hpp"
#include "pack/project/project.hpp"
#include "pack/project/selection.hpp"

namespace shaman::pack {

/// Files that name each other (the layers and textures of a USD stage). Their paths cannot be
/// rewritten, so the files of a stage that is not completely in the project move together, as one
/// tree.
class Stages {
 public:
  Stages(const std::vector<Selected>& references, Project& project);

  /// The tree that the reference's files belong to; null if they can be placed by themselves.
  [[nodiscard]] const FileSet* set_of(const trace::Dependency& dependency) const;

 private:
  std::vector<FileSet> sets_;
  std::unordered_map<std::string, std::size_t> set_of_file_;
};

}  // namespace shaman::pack
