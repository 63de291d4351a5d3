// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/error.hpp"

#include "http/client/http_message.hpp"

namespace shaman::client {

/// The meaning of an unsuccessful answer for the user: `what` names the failed request, as in "does
/// not take the file \"a.png\"". Says so if the answer is a page and not JSON, and so comes from a
/// proxy in between. Reports a redirection, but never follows it: following it may end at a login
/// page, or send an upload of gigabytes twice.
[[nodiscard]] Error refusal(const std::string& what, const HttpResponse& answer);

/// Whether the same request may succeed a little later.
[[nodiscard]] bool is_passing(unsigned status) noexcept;

}  // namespace shaman::client
