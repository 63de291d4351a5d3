// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "protocol/files_request.hpp"
#include "server/exchange.hpp"

namespace shaman::http {

/// Gives a request that has a difference its whole list, from the manifest of the checkout that it
/// names as its base; afterwards it is as if the client had sent all files. Gives back the memory
/// of the request's body, and takes as much as the manifest has. Returns the answer if that fails:
/// 412 unless the requester made the base and the difference gives exactly the list that it states.
[[nodiscard]] Task<std::optional<Response>> complete_list(Exchange& exchange,
                                                          FilesRequest& request);

}  // namespace shaman::http
