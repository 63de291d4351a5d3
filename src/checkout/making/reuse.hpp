// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/fs.hpp"

#include "checkout/making/plan.hpp"
#include "store/interior.hpp"

namespace shaman {

/// The record in a checkout that may be reused: one line with the requested path, as
/// path_rules::checkout_path() returns it. The checkout's link path_rules::kReusableName leads to
/// this blob. A checkout without it was made for one request only, usually for a job.
[[nodiscard]] std::string reusable_record(std::string_view path);

/// Looks for an existing checkout that equals the result of a plan (docs/design/0064). For one
/// plan.
class Reuse {
 public:
  /// `own`: the links that the server adds to the checkout. All references must outlive this
  /// object.
  Reuse(const StoreInterior& store, const CheckoutPlan::State& plan,
        std::span<const PlannedFile> own);

  /// The checkout, whose age now counts from this call, and whose names are as durable as the store
  /// demands; nothing if there is none, or if reading fails. Blocks; uses all threads of the
  /// store's pool.
  [[nodiscard]] std::optional<MadeCheckout> find();

 private:
  [[nodiscard]] bool look_at_level(std::size_t level);
  [[nodiscard]] bool enter(std::size_t level, const std::string& name);
  [[nodiscard]] bool is_same(const fs::Folder& checkout);
  [[nodiscard]] bool has_own_links(const fs::Folder& checkout);
  [[nodiscard]] bool has_links(const fs::Folder& checkout, std::span<const PlannedFile> files);
  [[nodiscard]] bool take(const fs::Folder& checkout, const std::string& name);
  [[nodiscard]] bool leads_to(const fs::Folder& at, std::string_view name, const BlobId& id,
                              std::size_t depth);
  [[nodiscard]] const fs::Folder& parent() const;

  const StoreInterior& store_;
  const CheckoutPlan::State& plan_;
  const std::span<const PlannedFile> own_;
  const std::vector<std::string> asked_;
  std::vector<std::string> names_;  ///< the components of the current candidate
  std::vector<fs::Folder> way_;     ///< open folders of all names_ but the last
  std::string identity_;            ///< of the reused checkout
};

}  // namespace shaman
