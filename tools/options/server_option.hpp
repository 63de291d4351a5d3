// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "shaman/client/server.hpp"
#include "shaman/error.hpp"

namespace shaman::tools {

/// The server, and its token and CA. Empty members are taken from the configuration.
struct ServerOption {
  std::string url;
  std::string token_file;
  std::string ca;
};

/// Adds `--server URL`, `--token-file FILE` and `--ca FILE`, the same for every subcommand that
/// needs a server.
void add_server_option(CLI::App& options, ServerOption& server);

/// Whether a server is given in any of these ways.
[[nodiscard]] bool has_server(const ServerOption& given);

/// The token's file, from the option or SHAMAN_TOKEN_FILE; empty if none is given.
[[nodiscard]] std::string token_file_of(const ServerOption& given);

/// The server from the option, else from the configuration (SHAMAN_SERVER, FLAMENCO_MANAGER_URL,
/// the file); its token from --token-file, else from the configuration, else from SHAMAN_TOKEN,
/// else from the address (`http://host/~TOKEN`); the CAs for https from --ca, else from the
/// configuration; and the proxy from HTTPS_PROXY, unless NO_PROXY excepts it.
/// errc::invalid_argument, errc::io_error name the wrong one. Warns of settings without effect.
[[nodiscard]] result<client::Server> server_of(const ServerOption& given);

/// The same as far as possible, with all errors: without an unreadable token, and with this
/// machine's own CAs instead of an unusable file.
struct PartialServer {
  std::optional<client::Server> server;  ///< nothing: see no_address
  std::optional<Error> no_address;
  std::optional<Error> bad_token;
  std::optional<Error> bad_trust;
  std::optional<Error> bad_proxy;
  std::string remark;  ///< a sentence about settings without effect; empty: none
};
[[nodiscard]] PartialServer partial_server_of(const ServerOption& given);

}  // namespace shaman::tools
