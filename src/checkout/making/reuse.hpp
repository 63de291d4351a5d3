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

/// The record in a checkout that may be answered again: one line of text, the path that was asked
/// for, as path_rules::checkout_path makes it. The checkout's link path_rules::kReusableName leads
/// to this blob. A checkout without it was made for one request alone, most often for a job.
[[nodiscard]] std::string reusable_record(std::string_view path);

/// Looks for a checkout that is what a plan would make (docs/design/0064). For one plan.
class Reuse {
 public:
  /// `own` are the links that the server adds to the checkout. All references must outlive it.
  Reuse(const StoreInterior& store, const CheckoutPlan::State& plan,
        std::span<const PlannedFile> own);

  /// Such a checkout, whose age counts from now; its names are on stable storage as
  /// the durability demands. Nothing where there is none, or where it cannot be told. Blocks;
  /// spreads over the store's pool.
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
  std::vector<std::string> names_;  ///< the components now looked at
  std::vector<fs::Folder> way_;     ///< open folders of names_, but for the last
  std::string identity_;            ///< of the checkout that was taken
};

}  // namespace shaman
