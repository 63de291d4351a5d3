// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "shaman/blob_id.hpp"

namespace shaman {

/// The record of a checkout's maker: one line with the escaped scope of its requester
/// (Requester::scope). The checkout's link path_rules::kMakerName leads to this blob, so that the
/// record appears and vanishes together with the checkout.
[[nodiscard]] std::string maker_record(std::string_view scope);

/// The blob of this record.
[[nodiscard]] BlobId maker_id(std::string_view scope);

/// CheckoutPlace::maker of checkouts that this scope has made.
[[nodiscard]] std::string maker_name(std::string_view scope);

}  // namespace shaman
