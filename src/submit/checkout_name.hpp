// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace shaman::client {

/// The checkout path to request if the user names none: the project folder's name and the .blend's
/// without its suffix, `film/shot1`. Bytes that a checkout path cannot have become `_`. The server
/// makes it unique.
[[nodiscard]] std::string default_checkout_path(std::string_view project,
                                                std::string_view blendfile);

}  // namespace shaman::client
