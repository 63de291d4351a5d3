// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/checkout.hpp"

#include "store/space/space_shares.hpp"

namespace shaman {

/// A file of a checkout; its path has `/` only.
struct PlannedFile {
  std::string_view path;
  BlobId id;
};

struct CheckoutPlan::State {
  std::string path;  ///< as path_rules::checkout_path makes it
  std::string asked_path;
  std::string idempotency_key;
  bool may_reuse = false;
  Requester requester;
  FileList files;                      ///< as requested; owns all paths that are not in `rewritten`
  std::string rewritten;               ///< the paths with `/` in place of `\`
  std::vector<PlannedFile> by_folder;  ///< each path once, in path_rules::folder_order
  std::size_t folders = 0;             ///< the number of folders below the checkout's own
};

/// The maximum space that making the checkout takes: a block for each link and folder, and the
/// names. Includes the folders above it, which may be missing.
[[nodiscard]] SpaceAmount space_of(const CheckoutPlan::State& plan);

/// Checkouts::validate().
[[nodiscard]] result<std::unique_ptr<CheckoutPlan::State>> make_plan(
    CheckoutRequest request, const CheckoutOptions& options);

}  // namespace shaman
