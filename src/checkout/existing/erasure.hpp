// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/checkout.hpp"
#include "shaman/error.hpp"
#include "shaman/fs.hpp"

#include "store/interior.hpp"

namespace shaman {

/// CheckoutPlace::maker and CheckoutPlace::identity of the checkout in this open folder. `path` is
/// for messages. Blocks. errc::io_error.
[[nodiscard]] result<std::string> maker_in(fs::FileSystem& file_system, const fs::Folder& checkout,
                                           const std::string& path);
[[nodiscard]] result<std::string> identity_in(fs::FileSystem& file_system,
                                              const fs::Folder& checkout, const std::string& path);
/// The only rule for the owner of a checkout. A checkout without a record of its maker, made
/// without authentication or by another program, belongs to the admins.
[[nodiscard]] bool may_erase(const Requester& requester, std::string_view maker);

/// Finds one checkout by its path, and erases it. For one path.
class Erasure {
 public:
  /// The store must outlive it. `path` is relative to `jobs/`, as the checkout's creation answered.
  Erasure(const StoreInterior& store, std::string_view path) : store_(store), path_(path) {}
  /// Erases exactly the checkout that was found, and only if no request was answered with it after
  /// that.
  Erasure(const StoreInterior& store, const FoundCheckout& found)
      : store_(store), path_(found.path), found_(found) {}

  /// As Checkouts::erase().
  [[nodiscard]] result<void> run(const Requester& requester);

  /// As Checkouts::place_of().
  [[nodiscard]] result<CheckoutPlace> look(const Requester& requester);
  /// Finds the checkout without erasing it. errc::not_found if exactly this folder is not a
  /// checkout.
  [[nodiscard]] result<void> find();
  /// After look() has found a checkout: its FoundCheckout::identity. errc::io_error.
  [[nodiscard]] result<std::string> identity() const;
  /// After look() has found a checkout: its CheckoutPlace::maker. errc::io_error.
  [[nodiscard]] result<std::string> maker() const;
  /// The open folder of the checkout that look() has found.
  [[nodiscard]] const fs::Folder& checkout() const noexcept { return checkout_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// access_denied() is the error for a requester that may not know whether the checkout exists;
  /// not_found() is for all others.
  [[nodiscard]] Error access_denied() const;
  [[nodiscard]] Error not_found() const;

 private:
  [[nodiscard]] result<bool> is_made_by(const Requester& requester) const;
  [[nodiscard]] result<void> take_away();
  void take_apart(const std::string& name);
  [[nodiscard]] result<void> put_back(const std::string& name, const Error& why);
  [[nodiscard]] result<void> check_is_found() const;
  [[nodiscard]] result<bool> is_in_use() const;
  [[nodiscard]] Error in_use() const;
  [[nodiscard]] const fs::Folder& parent() const;
  void tidy_parents();

  const StoreInterior& store_;
  const std::string path_;
  const std::optional<FoundCheckout> found_;
  std::vector<std::string> names_;
  std::vector<fs::Folder> way_;  ///< open folders of all names_ but the last
  fs::Folder checkout_;          ///< open if there is a checkout
};

}  // namespace shaman
