// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "shaman/auth/access.hpp"

#include "http/request_head.hpp"

namespace shaman::proxy {

/// What a call that is passed on to a Manager needs (docs/security.md has the table). A worker's
/// own calls with its login are the Manager's to let in: Role::nobody.
[[nodiscard]] auth::Role role_for(const http::RequestHead& head);

}  // namespace shaman::proxy
