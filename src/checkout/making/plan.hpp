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

/// A file of a checkout, by its path with `/`.
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
  FileList files;                      ///< as they came; owns the paths, but for `rewritten`
  std::string rewritten;               ///< paths whose `\` became `/`
  std::vector<PlannedFile> by_folder;  ///< each path once, in path_rules::folder_order
  std::size_t folders = 0;             ///< that they lie in, besides the checkout's own
};

/// What making the checkout takes at most of the file system: a block for each link and folder,
/// and the names. Of the folders above it as well, which may have to be made.
[[nodiscard]] SpaceAmount space_of(const CheckoutPlan::State& plan);

/// Checkouts::validate().
[[nodiscard]] result<std::unique_ptr<CheckoutPlan::State>> make_plan(
    CheckoutRequest request, const CheckoutOptions& options);

}  // namespace shaman
