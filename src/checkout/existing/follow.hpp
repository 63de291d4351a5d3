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

/// The folders and checkouts below `jobs/`, as a search sees them. `""` is `jobs/` itself.
class CheckoutTree {
 public:
  virtual ~CheckoutTree() = default;
  /// What is in a folder that is not a checkout. What is gone is empty.
  [[nodiscard]] virtual result<const FolderNames*> names_in(const std::string& folder) = 0;
  /// Whether exactly this name is in there; to be asked before all names are.
  [[nodiscard]] virtual result<bool> has_name(const std::string& folder,
                                              const std::string& name) = 0;
  [[nodiscard]] virtual result<bool> is_checkout(const std::string& path) = 0;
  /// All folders above checkouts.
  [[nodiscard]] virtual result<std::vector<std::string>> folders() = 0;
};

/// Calls `found` with each checkout that a path could lead a worker into, whatever its system and
/// its programs are. This is the one rule by which a job may be submitted, keeps checkouts, and may
/// be deleted. Where the effort is used up, some are left out.
[[nodiscard]] result<void> follow(CheckoutTree& tree, const WrittenPath& written, Effort& effort,
                                  const std::function<void(const std::string& path)>& found);

}  // namespace shaman
