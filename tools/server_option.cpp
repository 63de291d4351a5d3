// SPDX-License-Identifier: GPL-3.0-or-later
#include "server_option.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

namespace shaman::tools {

namespace {

constexpr std::array<const char*, 2> kVariables{"SHAMAN_SERVER", "FLAMENCO_MANAGER_URL"};
constexpr std::size_t kLongestToken = 16 * 1024;

std::string variable(const char* name) {
  return os::environment(name).value_or("");
}

// As every program knows them, in small letters first.
std::string either_variable(const char* small, const char* large) {
  const std::string value = variable(small);
  return value.empty() ? variable(large) : value;
}

Error of_variable(const std::string& name, const Error& error) {
  return {error.code, "the environment variable " + name + ": " + error.message()};
}

result<client::Server> named_server(const std::string& given) {
  if (!given.empty()) {
    auto server = client::Server::parse(given);
    if (server && !server->token.empty())
      return Error{
          errc::malformed_request,
          "a token must not stand on the command line, where every user of this machine can "
          "read it: set SHAMAN_SERVER to the address with it, or use --token-file"};
    return server;
  }
  for (const char* const name : kVariables) {
    const std::string value(text::trimmed(variable(name)));
    if (value.empty()) continue;
    auto server = client::Server::parse(value);
    if (!server) return of_variable(name, server.error());
    return server;
  }
  return Error{errc::malformed_request,
               "no server is given: use --server http://HOST:PORT, or set SHAMAN_SERVER"};
}

result<std::string> read_token(const std::string& path) {
  const auto file = os::InputFile::open(path);
  if (!file) return file.error();
  std::string content(kLongestToken, '\0');
  const auto length = file->read_at(0, std::as_writable_bytes(std::span(content)));
  if (!length) return length.error();
  content.resize(*length);
  return std::string(text::trimmed(content));
}

bool is_token(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

result<std::string> token_of(const ServerOption& given) {
  const std::string from_variable = variable("SHAMAN_TOKEN_FILE");
  const std::string file = given.token_file.empty() ? from_variable : given.token_file;
  std::string token(text::trimmed(variable("SHAMAN_TOKEN")));
  if (!file.empty()) {
    auto read = read_token(file);
    if (!read) return Error{read.error().code, "the token file: " + read.error().message()};
    token = *std::move(read);
  }
  if (is_token(token) || (token.empty() && file.empty())) return token;
  return Error{errc::malformed_request,
               (file.empty() ? std::string("SHAMAN_TOKEN") : text::printable(file)) +
                   " holds no token: it must be one line, as `shaman-server token create` or the "
                   "farm's admin gives it"};
}

result<void> add_security(const ServerOption& given, client::Server& server) {
  const std::string ca = given.ca.empty() ? variable("SHAMAN_CA") : given.ca;
  auto trust = tls::Trust::load(ca);
  if (!trust)
    return Error{trust.error().code,
                 (given.ca.empty() ? "SHAMAN_CA: " : "--ca: ") + trust.error().message()};
  server.trust = *std::move(trust);
  const std::string proxy = either_variable("https_proxy", "HTTPS_PROXY");
  const std::string excepted = either_variable("no_proxy", "NO_PROXY");
  if (proxy.empty() || client::is_excepted(server.url.host, excepted)) return {};
  auto parsed = client::Proxy::parse(proxy);
  if (!parsed) return of_variable("HTTPS_PROXY", parsed.error());
  server.proxy = *std::move(parsed);
  return {};
}

}  // namespace

void add_server_option(CLI::App& options, ServerOption& server) {
  options
      .add_option("--server", server.url,
                  "Address of the server, as http://manager.local:8080. Without it the environment "
                  "variables SHAMAN_SERVER and FLAMENCO_MANAGER_URL are looked at.")
      ->type_name("URL");
  options
      .add_option(
          "--token-file", server.token_file,
          "A file that holds the token which the server asks for. Without it the environment "
          "variables SHAMAN_TOKEN_FILE and SHAMAN_TOKEN, the token itself, are looked at.")
      ->type_name("FILE");
  options
      .add_option("--ca", server.ca,
                  "With https: certificates (PEM) of who is trusted beside those whom this machine "
                  "trusts. Without it the environment variable SHAMAN_CA is looked at.")
      ->type_name("FILE");
}

bool has_server(const ServerOption& given) {
  return !given.url.empty() || std::any_of(kVariables.begin(), kVariables.end(), [](auto* name) {
    return !text::trimmed(variable(name)).empty();
  });
}

std::string token_file_of(const ServerOption& given) {
  return given.token_file.empty() ? variable("SHAMAN_TOKEN_FILE") : given.token_file;
}

result<client::Server> server_of(const ServerOption& given) {
  auto server = named_server(given.url);
  if (!server) return server;
  auto token = token_of(given);
  if (!token) return token.error();
  if (!token->empty()) server->token = *std::move(token);
  if (server->url.is_secure)
    if (auto added = add_security(given, *server); !added) return added.error();
  return server;
}

}  // namespace shaman::tools
