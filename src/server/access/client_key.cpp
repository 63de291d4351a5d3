// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/access/client_key.hpp"

namespace shaman::http {

std::string client_of(const auth::Principal& principal, std::string_view client_of_its_address) {
  const bool is_known = !principal.scope.empty() && !principal.scope.starts_with("network ");
  return is_known ? principal.scope : std::string(client_of_its_address);
}

}  // namespace shaman::http
