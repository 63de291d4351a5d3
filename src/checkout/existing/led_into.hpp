// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "shaman/checkout.hpp"
#include "shaman/effort.hpp"
#include "shaman/error.hpp"

#include "checkout/existing/follow.hpp"
#include "store/interior.hpp"

namespace shaman {

/// Finds the checkouts on disk that paths could lead into. For one requester.
class LedInto final : private CheckoutTree {
 public:
  /// The references must outlive this object.
  LedInto(const StoreInterior& store, const Requester& requester, Effort& effort)
      : store_(store), requester_(requester), effort_(effort) {}

  /// As Checkouts::led_into().
  [[nodiscard]] result<std::vector<CheckoutPlace>> find(const std::vector<WrittenPath>& paths);

 private:
  [[nodiscard]] result<const FolderNames*> names_in(const std::string& folder) override;
  [[nodiscard]] result<bool> has_name(const std::string& folder, const std::string& name) override;
  [[nodiscard]] result<bool> is_checkout(const std::string& path) override;
  [[nodiscard]] result<std::vector<std::string>> folders() override;
  [[nodiscard]] CheckoutPlace kept() const;
  [[nodiscard]] static bool leads_to_kept(const std::string& path);
  [[nodiscard]] result<void> find(const WrittenPath& path);
  [[nodiscard]] fs::result<const fs::Folder*> open(const std::string& path);
  [[nodiscard]] result<CheckoutPlace> look(const std::string& path);

  const StoreInterior& store_;
  const Requester& requester_;
  Effort& effort_;
  std::map<std::string, FolderNames> known_;    ///< listed folders, by path
  std::map<std::string, bool> names_;           ///< whether a path exists
  std::map<std::string, CheckoutPlace> looks_;  ///< examined paths
  std::map<std::string, CheckoutPlace> found_;  ///< results, by path
  std::string opened_;                          ///< path of folder_
  fs::Folder folder_;                           ///< the folder opened last
};

/// As Checkouts::place_of().
[[nodiscard]] result<CheckoutPlace> place_in(const StoreInterior& store, const std::string& path,
                                             const Requester& requester);

}  // namespace shaman
