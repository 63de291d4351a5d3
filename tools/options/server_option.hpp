// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "shaman/client/server.hpp"
#include "shaman/error.hpp"

namespace shaman::tools {

/// Which server, and how to be let in there. What is empty is looked for in the configuration.
struct ServerOption {
  std::string url;
  std::string token_file;
  std::string ca;
};

/// Adds `--server URL`, `--token-file FILE` and `--ca FILE`, the same for every subcommand that
/// needs a server.
void add_server_option(CLI::App& options, ServerOption& server);

/// Whether a server is named in any of these ways.
[[nodiscard]] bool has_server(const ServerOption& given);

/// The file that holds the token, by the option or SHAMAN_TOKEN_FILE; empty where none is named.
[[nodiscard]] std::string token_file_of(const ServerOption& given);

/// What was given, else of the configuration (SHAMAN_SERVER, FLAMENCO_MANAGER_URL, the file); its
/// token of --token-file, else of the configuration, else SHAMAN_TOKEN, else of the address
/// (`http://host/~TOKEN`); whom to trust with https of --ca, else of the configuration; and the
/// proxy of HTTPS_PROXY, unless NO_PROXY excepts it. errc::malformed_request, errc::io_error say
/// which of them is wrong. Warns of what was given without effect.
[[nodiscard]] result<client::Server> server_of(const ServerOption& given);

/// The same as far as it can be had, with all that is wrong: without a token that cannot be read,
/// and with this machine's own trust instead of a file that cannot be used.
struct PartialServer {
  std::optional<client::Server> server;  ///< nothing: see no_address
  std::optional<Error> no_address;
  std::optional<Error> bad_token;
  std::optional<Error> bad_trust;
  std::optional<Error> bad_proxy;
  std::string remark;  ///< a sentence about what was given without effect; empty: nothing was
};
[[nodiscard]] PartialServer partial_server_of(const ServerOption& given);

}  // namespace shaman::tools
