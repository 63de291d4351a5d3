// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "shaman/blob_id.hpp"

namespace shaman {

/// The record of who made a checkout: one line of text, the scope of its requester
/// (Requester::scope), escaped. A checkout's link path_rules::kMakerName leads to this blob, so
/// that the record appears and vanishes together with the checkout.
[[nodiscard]] std::string maker_record(std::string_view scope);

/// The blob that the link leads to when somebody of this scope made the checkout.
[[nodiscard]] BlobId maker_id(std::string_view scope);

/// CheckoutPlace::maker of what somebody of this scope has made.
[[nodiscard]] std::string maker_name(std::string_view scope);

}  // namespace shaman
