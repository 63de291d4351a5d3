// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/error.hpp"

#include "http/client/http_message.hpp"

namespace shaman::client {

/// What an answer that is no success means for the user: `what` says what was asked for, as in
/// "does not take the file \"a.png\"". An answer that comes from a proxy in between, as a page and
/// not as JSON, is told to be that. A redirection is told, never followed: what follows one may end
/// at a login page, or send an upload of gigabytes twice.
[[nodiscard]] Error refusal(const std::string& what, const HttpResponse& answer);

/// Whether the same request may succeed a little later.
[[nodiscard]] bool is_passing(unsigned status) noexcept;

}  // namespace shaman::client
