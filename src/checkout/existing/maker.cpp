// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/existing/maker.hpp"

#include "shaman/digest.hpp"
#include "shaman/text.hpp"

namespace shaman {

// Escaping is unambiguous: different scopes have different records.
std::string maker_record(std::string_view scope) {
  return text::escape(scope) + "\n";
}

BlobId maker_id(std::string_view scope) {
  const std::string record = maker_record(scope);
  return {Sha256::of(record), record.size()};
}

std::string maker_name(std::string_view scope) {
  return maker_id(scope).digest.hex();
}

}  // namespace shaman
