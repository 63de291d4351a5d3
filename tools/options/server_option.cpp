// SPDX-License-Identifier: GPL-3.0-or-later
#include "options/server_option.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "base/named_file/named_file.hpp"
#include "options/configuration.hpp"
#include "options/value_checks.hpp"
#include "report/output.hpp"

namespace shaman::tools {

namespace {

std::string variable(const char* name) {
  return os::environment(name).value_or("");
}

// The usual names, lower case first.
std::string either_variable(const char* small, const char* large) {
  const std::string value = variable(small);
  return value.empty() ? variable(large) : value;
}

constexpr std::size_t kLongestToken = 16 * 1024;

// The file that an option or, without one, the configuration names.
NamedFile either(const std::string& given, const std::string& configured, const std::string& key) {
  if (!given.empty()) return {given, "--" + key};
  const Origin origin = configuration().origin(key);
  return {configured, origin.is_variable ? origin.text : origin.text + ": " + key};
}

Error of_variable(const std::string& name, const Error& error) {
  return {error.code, "the environment variable " + name + ": " + error.message()};
}

result<client::Server> named_server(const std::string& given) {
  if (!given.empty()) {
    auto server = client::Server::parse(given);
    if (server && !server->token.empty())
      return Error{errc::invalid_argument,
                   "do not put a token on the command line, where every user of this machine can "
                   "read it: set SHAMAN_SERVER to the address with the token, or use --token-file"};
    return server;
  }
  const std::string configured(text::trimmed(configuration().server));
  const Origin origin = configuration().origin("server");
  if (!configured.empty()) {
    auto server = client::Server::parse(configured);
    if (!server)
      return origin.is_variable ? of_variable(origin.text, server.error())
                                : Error{server.error().code,
                                        origin.text + ": server: " + server.error().message()};
    if (!origin.is_variable && !server->token.empty())
      return Error{errc::invalid_argument,
                   origin.text +
                       ": server: leave the token out of the address; put it into a file "
                       "that only you can read, and name that as token-file"};
    return server;
  }
  return Error{
      errc::invalid_argument,
      "no server given: use --server http://HOST:PORT, set SHAMAN_SERVER, or set server in " +
          text::printable(configuration().file())};
}

bool is_token(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

struct Token {
  std::string text;  // empty: none
  std::string origin;
};

result<Token> token_of(const ServerOption& given) {
  std::string token(text::trimmed(variable("SHAMAN_TOKEN")));
  NamedFile file = either(given.token_file, configuration().token_file, "token-file");
  file.most = kLongestToken;
  // A variable is for this run, the file for all runs.
  const bool is_of_file =
      given.token_file.empty() && !configuration().origin("token-file").is_variable;
  if (is_of_file && !token.empty()) file.path.clear();
  if (!file.path.empty()) {
    const auto read = read_named_file(file);
    if (!read) return read.error();
    token = text::trimmed(read->bytes);
  }
  if (is_token(token) || (token.empty() && file.path.empty()))
    return Token{token, file.path.empty() ? "the environment variable SHAMAN_TOKEN"
                                          : "the file " + text::in_quotes(file.path)};
  return Error{errc::invalid_argument,
               (file.path.empty() ? std::string("SHAMAN_TOKEN")
                                  : file.option + ": " + text::in_quotes(file.path)) +
                   " does not contain a token: it must be one line, as printed by `shaman-server "
                   "token create` or given to you by the farm's admin"};
}

// If the file cannot be used, the CAs of this machine are still trusted.
result<void> add_trust(const ServerOption& given, client::Server& server) {
  const NamedFile ca = either(given.ca, configuration().ca, "ca");
  auto trust = tls::Trust::load(ca.path);
  std::optional<Error> wrong;
  if (!trust && ca.path.empty()) return trust.error();  // of the CAs of this machine
  if (!trust) {
    wrong = Error{trust.error().code, ca.option + ": " + trust.error().message()};
    trust = tls::Trust::load({});
  }
  if (trust) server.trust = *std::move(trust);
  return wrong ? result<void>(*wrong) : result<void>();
}

result<void> add_proxy(client::Server& server) {
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
      .add_option(
          "--server", server.url,
          "Address of the server, such as http://manager.local:8080. Default: the "
          "environment variable SHAMAN_SERVER or FLAMENCO_MANAGER_URL, or your configuration.")
      ->type_name("URL")
      ->check(not_empty());
  options
      .add_option("--token-file", server.token_file,
                  "File with the token, if the server asks for one. Default: the environment "
                  "variable SHAMAN_TOKEN_FILE (a file) or SHAMAN_TOKEN (the token).")
      ->type_name("FILE")
      ->check(not_empty());
  options
      .add_option("--ca", server.ca,
                  "For https: PEM file with certificates to trust in addition to this machine's. "
                  "Default: the environment variable SHAMAN_CA.")
      ->type_name("FILE")
      ->check(not_empty());
}

bool has_server(const ServerOption& given) {
  return !given.url.empty() || !text::trimmed(configuration().server).empty();
}

std::string token_file_of(const ServerOption& given) {
  return given.token_file.empty() ? configuration().token_file : given.token_file;
}

PartialServer partial_server_of(const ServerOption& given) {
  PartialServer found;
  auto server = named_server(given.url);
  if (!server) {
    found.no_address = server.error();
  } else {
    found.server = *std::move(server);
  }
  auto token = token_of(given);
  if (!token) {
    found.bad_token = token.error();
  } else if (found.server && !token->text.empty()) {
    found.server->token = std::move(token->text);
    found.server->token_origin = std::move(token->origin);
  }
  if (!found.server) return found;
  if (!found.server->url.is_secure) {
    if (!given.ca.empty())
      found.remark = "--ca has no effect, because " + found.server->url.text() +
                     " does not use TLS: use an https:// address, or leave out --ca";
    return found;
  }
  if (const auto added = add_trust(given, *found.server); !added) found.bad_trust = added.error();
  if (const auto added = add_proxy(*found.server); !added) found.bad_proxy = added.error();
  return found;
}

result<client::Server> server_of(const ServerOption& given) {
  PartialServer found = partial_server_of(given);
  for (const auto* const error :
       {&found.no_address, &found.bad_token, &found.bad_trust, &found.bad_proxy})
    if (*error) return **error;
  if (!found.remark.empty()) warn(found.remark);
  return *std::move(found.server);
}

}  // namespace shaman::tools
