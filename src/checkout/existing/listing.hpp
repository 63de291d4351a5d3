// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "shaman/checkout.hpp"
#include "shaman/error.hpp"

#include "store/interior.hpp"

namespace shaman {

/// As Checkouts::list().
[[nodiscard]] result<std::vector<FoundCheckout>> list_checkouts(const StoreInterior& store,
                                                                std::vector<std::string>* unread);

}  // namespace shaman
