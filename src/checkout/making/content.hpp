// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

#include "shaman/checkout.hpp"
#include "shaman/error.hpp"

#include "checkout/existing/erasure.hpp"
#include "store/interior.hpp"

namespace shaman {

/// Reads the content of a checkout from its manifest. For one path.
class Content {
 public:
  /// The store must outlive it. `path` is relative to `jobs/`, as the checkout's creation answered.
  Content(const StoreInterior& store, std::string_view path) : store_(store), place_(store, path) {}

  struct Manifest {
    BlobId id;
    fs::Time made;
  };
  /// Checkouts::manifest_of() and Checkouts::content_of(). Call one of them, once.
  [[nodiscard]] result<Manifest> manifest(const Requester& requester);
  [[nodiscard]] result<CheckoutContent> read(const Requester& requester);

 private:
  const StoreInterior& store_;
  Erasure place_;
};

/// The checkouts in `found` that the requester's scope has made.
[[nodiscard]] result<std::vector<FoundCheckout>> made_by(const StoreInterior& store,
                                                         const Requester& requester,
                                                         std::vector<FoundCheckout> found);

}  // namespace shaman
