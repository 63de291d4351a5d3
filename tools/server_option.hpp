// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "shaman/client/base_url.hpp"
#include "shaman/error.hpp"

namespace shaman::tools {

/// Adds `--server URL`, the same for every subcommand that needs one.
void add_server_option(CLI::App& options, std::string& server);

/// Whether a server is named in any of these ways.
[[nodiscard]] bool has_server(const std::string& given);

/// What was given, else SHAMAN_SERVER, else FLAMENCO_MANAGER_URL. errc::malformed_request when
/// there is none of them, or it is no address.
[[nodiscard]] result<client::BaseUrl> server_of(const std::string& given);

}  // namespace shaman::tools
