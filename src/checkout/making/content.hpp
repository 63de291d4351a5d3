// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

#include "shaman/checkout.hpp"
#include "shaman/error.hpp"

#include "checkout/existing/erasure.hpp"
#include "store/interior.hpp"

namespace shaman {

/// What a checkout holds, as its manifest says. For one path.
class Content {
 public:
  /// The store must outlive it. `path` is relative to `jobs/`, as the checkout's creation answered.
  Content(const StoreInterior& store, std::string_view path) : store_(store), place_(store, path) {}

  struct Manifest {
    BlobId id;
    fs::Time made;
  };
  /// As Checkouts::manifest_of() and content_of(); one of them, once.
  [[nodiscard]] result<Manifest> manifest(const Requester& requester);
  [[nodiscard]] result<CheckoutContent> read(const Requester& requester);

 private:
  const StoreInterior& store_;
  Erasure place_;
};

/// Of these, those that somebody of the requester's scope made.
[[nodiscard]] result<std::vector<FoundCheckout>> made_by(const StoreInterior& store,
                                                         const Requester& requester,
                                                         std::vector<FoundCheckout> found);

}  // namespace shaman
