// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "shaman/auth/access.hpp"

#include "http/request_head.hpp"

namespace shaman::proxy {

/// The role that a forwarded call needs (docs/security.md has the table). Role::nobody: the Manager
/// itself checks the login of a worker.
[[nodiscard]] auth::Role role_for(const http::RequestHead& head);

}  // namespace shaman::proxy
