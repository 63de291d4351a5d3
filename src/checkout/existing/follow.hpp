// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "shaman/checkout.hpp"
#include "shaman/effort.hpp"
#include "shaman/error.hpp"

#include "checkout/existing/folder_names.hpp"

namespace shaman {

/// The folders and checkouts below `jobs/` that a search reads. `""` is `jobs/` itself.
class CheckoutTree {
 public:
  virtual ~CheckoutTree() = default;
  /// The names in a folder that is not a checkout. Empty if the folder no longer exists.
  [[nodiscard]] virtual result<const FolderNames*> names_in(const std::string& folder) = 0;
  /// Whether the folder has exactly this name. Cheaper than names_in(), so ask this first.
  [[nodiscard]] virtual result<bool> has_name(const std::string& folder,
                                              const std::string& name) = 0;
  [[nodiscard]] virtual result<bool> is_checkout(const std::string& path) = 0;
  /// All folders that are above a checkout.
  [[nodiscard]] virtual result<std::vector<std::string>> folders() = 0;
};

/// Calls `found` with each checkout that a path could lead a worker into, on any operating system
/// and in any program. This is the only rule for submitting a job, for keeping its checkouts and
/// for deleting it. Leaves out some checkouts if the effort is used up.
[[nodiscard]] result<void> follow(CheckoutTree& tree, const WrittenPath& written, Effort& effort,
                                  const std::function<void(const std::string& path)>& found);

}  // namespace shaman
