// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shaman/checkout.hpp"
#include "shaman/error.hpp"
#include "shaman/fs.hpp"

#include "store/store_impl.hpp"

namespace shaman {

/// Finds a checkout by its path, and takes it away. For one path.
class Erasure {
 public:
  /// The store must outlive it. `path` is relative to `jobs/`, as the checkout's creation answered.
  Erasure(Store::Impl& store, std::string_view path) : store_(store), path_(path) {}

  /// As Checkouts::erase().
  [[nodiscard]] result<void> run(const Asker& asker);

  /// As Checkouts::place_of().
  [[nodiscard]] result<CheckoutPlace> look(const Asker& asker);
  /// Only finds it. errc::not_found where exactly this folder is no checkout.
  [[nodiscard]] result<void> find();
  /// What find() found.
  [[nodiscard]] const fs::Folder& folder() const noexcept { return checkout_; }

 private:
  [[nodiscard]] result<bool> is_made_by(const Asker& asker) const;
  [[nodiscard]] result<void> take_away();
  void take_apart(const std::string& name);
  [[nodiscard]] Error not_found() const;
  [[nodiscard]] const fs::Folder& parent() const;
  void tidy_parents();

  Store::Impl& store_;
  const std::string path_;
  std::vector<std::string> names_;
  std::vector<fs::Folder> way_;  ///< open folders of names_, but for the last
  fs::Folder checkout_;          ///< where there is one
};

}  // namespace shaman
