// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>
#include <utility>
#include <vector>

#include "shaman/address_ranges.hpp"
#include "shaman/text.hpp"

#include "options/option_groups.hpp"

namespace shaman::program {

using config::Option;
using config::Reload;
using config::Table;
using config::Values;

Error wrong(const std::string& given, const std::string& what) {
  return {errc::invalid_argument, text::in_quotes(given) + " " + what};
}

// An option whose values are kept as written, in addition to the result of `parse`.
Option written(std::string key, std::string type, std::string text, Reload reload, Values& kept,
               std::function<result<void>(const Values&)> parse) {
  Option option{.key = std::move(key),
                .section = {},
                .type = std::move(type),
                .text = std::move(text),
                .reload = reload,
                .example = {},
                .set = {},
                .get = {}};
  option.set = [&kept, parse = std::move(parse)](const Values& values) -> result<void> {
    if (auto good = parse(values); !good) return good;
    kept = values;
    return {};
  };
  option.get = [&kept] { return kept; };
  return option;
}

namespace {

using Roles = std::vector<std::pair<std::string, auth::Role>>;

result<void> set_roles(const Values& entries, const char* what, Roles& roles) {
  roles.clear();
  for (const std::string& entry : entries) {
    const std::size_t equals = entry.rfind('=');
    const auto role = auth::role_of(equals == std::string::npos ? "" : entry.substr(equals + 1));
    if (!role || equals == 0)
      return wrong(entry,
                   std::string("must be ") + what + "=ROLE with the role worker, submit or admin");
    roles.emplace_back(entry.substr(0, equals), *role);
  }
  return {};
}

result<void> set_networks(const Values& entries, Roles& roles) {
  if (auto set = set_roles(entries, "NETWORK", roles); !set) return set;
  AddressRanges ranges;
  for (const auto& [network, role] : roles)
    if (auto added = ranges.add(network); !added) return added;
  return {};
}

result<void> set_jwt_keys(const Values& entries, auth::AccessOptions& access) {
  access.jwt.keys.clear();
  for (const std::string& entry : entries) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == entry.size())
      return wrong(entry, "must be KEYID=FILE");
    access.jwt.keys.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return {};
}

using Parse = std::function<result<void>(const Values&)>;

// A list, as written in the option.
Option list_of(std::string key, std::string type, std::string text, std::string example,
               Values& kept, Parse parse) {
  Option list = written(std::move(key), std::move(type), std::move(text), Reload::live, kept,
                        std::move(parse));
  list.is_list = true;
  list.example = std::move(example);
  return list;
}

// An option that is used as written.
void add_names(Table& table, std::string key, std::string type, std::string text, Values& kept,
               std::string example) {
  table.custom(list_of(std::move(key), std::move(type), std::move(text), std::move(example), kept,
                       [](const Values&) -> result<void> { return {}; }));
}

// An option of `NAME=VALUE`, which `parse` converts for the server.
void add_map(Table& table, std::string key, std::string type, std::string text, std::string example,
             Values& kept, Parse parse) {
  Option map = list_of(std::move(key), std::move(type), std::move(text), std::move(example), kept,
                       std::move(parse));
  map.is_map = true;
  table.custom(std::move(map));
}

}  // namespace

void add_access_options(Table& table, Options& options) {
  auth::AccessOptions& access = options.access;
  table.section("Access rights");
  table
      .text("auth.token-file", access.token_file, "FILE",
            "File of the access tokens, managed by `shaman-server token`; if any auth.* option is "
            "set, unauthenticated requests are rejected",
            Reload::live)
      .example = "/etc/shaman/tokens";
  add_map(
      table, "auth.trusted-networks", "NETWORK=ROLE",
      "Role of clients in this network that have no token: worker (read only), submit or admin; "
      "behind a proxy, set trusted-proxies as well, or every client has the proxy's role",
      "{10.1.0.0/16: submit, 127.0.0.1: admin}", options.trusted_networks,
      [&access](const Values& entries) { return set_networks(entries, access.networks); });
  add_map(
      table, "auth.client-certificates", "NAME=ROLE",
      "Role of clients whose certificate, signed by tls.client-ca, has this common name; *: any "
      "other name",
      "{render-01: worker, \"*\": submit}", options.client_certificates,
      [&access](const Values& entries) { return set_roles(entries, "NAME", access.certificates); });
  add_map(table, "auth.jwt-keys", "KEYID=FILE",
          "Public keys (PEM) that verify JWTs, by key ID: P-256 for ES256, RSA for RS256",
          "{farm-2026: /etc/shaman/farm.pem}", options.jwt_keys,
          [&access](const Values& entries) { return set_jwt_keys(entries, access); });
  table
      .text("auth.jwt-issuer", access.jwt.issuer, "TEXT", "Expected `iss` claim of JWTs",
            Reload::live)
      .example = "farm";
  table
      .text("auth.jwt-audience", access.jwt.audience, "TEXT", "Expected `aud` claim of JWTs",
            Reload::live)
      .example = "shaman";
  add_names(table, "allowed-hosts", "HOST",
            "Names of this server accepted in the Host header; others get 421 (protection against "
            "DNS rebinding); without this option, any name is accepted",
            options.server.allowed_hosts, "[shaman.farm, 10.1.0.5]");
  add_names(table, "cors-origins", "ORIGIN",
            "Origins of web pages that may call this server from a browser (CORS)",
            options.server.cors_origins, "[\"https://farm.example\"]");
}

void add_tls_options(Table& table, Options& options) {
  tls::ServerFiles& files = options.tls;
  table.section("TLS");
  table
      .text("tls.certificate", files.certificate, "FILE",
            "Serve HTTPS with this certificate chain (PEM); after renewing it, send SIGHUP",
            Reload::live)
      .example = "/etc/shaman/fullchain.pem";
  table
      .text("tls.key", files.key, "FILE",
            "Private key (PEM) of the certificate, if it is in a separate file", Reload::live)
      .example = "/etc/shaman/privkey.pem";
  table.choice(
      "tls.min-version", {"1.2", "1.3"}, "Minimum TLS version; older clients are rejected",
      Reload::live, [&files](std::size_t chosen) { files.only_1_3 = chosen == 1; },
      [&files] { return std::size_t{files.only_1_3}; });
  table
      .text("tls.client-ca", files.client_ca, "FILE",
            "CA certificates (PEM) that sign client certificates, which are optional (see "
            "auth.client-certificates); certificates of other CAs are rejected",
            Reload::live)
      .example = "/etc/shaman/clients.pem";
}

}  // namespace shaman::program
