// SPDX-License-Identifier: GPL-3.0-or-later
#include "options/name_checks.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string_view>

#include <boost/asio/ip/address.hpp>

#include "shaman/address_ranges.hpp"
#include "shaman/text.hpp"

#include "flamenco/manager/words.hpp"

namespace shaman::program {
namespace {

using config::Values;
using text::in_quotes;

bool is_address(const std::string& text) {
  boost::system::error_code error;
  boost::asio::ip::make_address(text, error);
  return !error;
}

bool is_host_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
}

// Empty: a request's Host, without its port, can be this.
std::string why_no_host(const std::string& entry) {
  if (is_host_name(entry) || is_address(entry)) return {};
  if (entry.find("://") != std::string::npos) return "without a scheme and path";
  if (entry.find('/') != std::string::npos) return "without a path";
  if (entry.starts_with('[')) return "without brackets and port";
  if (entry.find('*') != std::string::npos) return "as separate names (patterns are not supported)";
  if (entry.find(':') != std::string::npos) return "without a port";
  return "as a name or address alone";
}

// Empty: a browser can send this as Origin (RFC 6454).
std::string why_no_origin(const std::string& origin) {
  const std::size_t scheme = origin.find("://");
  if (origin == "*") return "as separate origins (patterns are not supported)";
  if (scheme == std::string::npos || scheme == 0)
    return "with its scheme, e.g. https://farm.example";
  const std::string_view rest = std::string_view(origin).substr(scheme + 3);
  if (rest.find('/') != std::string_view::npos) return "without a path or trailing slash";
  if (rest.empty() || rest.find_first_of("*? #@") != std::string_view::npos)
    return "as scheme, host and port only";
  if (std::ranges::any_of(origin, [](char c) { return c >= 'A' && c <= 'Z'; }))
    return "in lower case, as browsers do";
  if ((origin.starts_with("https://") && origin.ends_with(":443")) ||
      (origin.starts_with("http://") && origin.ends_with(":80")))
    return "without the default port of its scheme";
  return {};
}

void check_each(const char* option, const Values& entries, std::string (*why)(const std::string&),
                Findings& found) {
  for (const std::string& entry : entries)
    if (const std::string hint = why(entry); !hint.empty())
      found.wrong(option, text::without_logins(in_quotes(entry)) +
                              " never matches a request; write it " + hint);
}

void check_twice(const char* option, const Values& entries, Findings& found) {
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (std::find(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(i), entries[i]) !=
        entries.begin() + static_cast<std::ptrdiff_t>(i))
      found.doubtful(option, in_quotes(entries[i]) + " is listed twice");
}

// For `NAME=VALUE`, if one name has two values.
void check_ambiguous(const char* option, const Values& entries, bool last_equals, Findings& found) {
  std::map<std::string, std::string> seen;
  for (const std::string& entry : entries) {
    const std::size_t equals = last_equals ? entry.rfind('=') : entry.find('=');
    const auto [there, is_new] = seen.emplace(entry.substr(0, equals), entry);
    if (!is_new && there->second != entry)
      found.wrong(option, in_quotes(there->second) + " and " + in_quotes(entry) +
                              " have the same name; remove one of them");
  }
}

struct Network {
  std::string text;
  std::string address;
  int bits = 0;
  int widest_bits = 0;  ///< of a single address
  AddressRanges range;
};

Network network_of(const std::string& text) {
  Network network{text, text.substr(0, text.find('/')), 128, 128, {}};
  const std::size_t slash = text.find('/');
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(network.address, error);
  if (!error && address.is_v4()) network.bits = network.widest_bits = 32;
  if (slash != std::string::npos)
    std::from_chars(text.data() + slash + 1, text.data() + text.size(), network.bits);
  // Malformed options are rejected before.
  static_cast<void>(network.range.add(text));
  return network;
}

bool covers(const Network& wide, const Network& narrow) {
  return wide.bits <= narrow.bits && wide.range.contains(narrow.address);
}

void check_proxies(const Options& options, Findings& found) {
  const Values& entries = options.trusted_proxies;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Network network = network_of(entries[i]);
    if (network.bits == 0)
      found.doubtful(
          "trusted-proxies",
          in_quotes(entries[i]) + " includes all clients; any client can claim any address");
    for (std::size_t k = 0; k < entries.size(); ++k)
      if (i != k && entries[i] != entries[k] && network.bits > 0 &&
          covers(network_of(entries[k]), network))
        found.doubtful("trusted-proxies", in_quotes(entries[i]) + " has no effect because " +
                                              in_quotes(entries[k]) + " contains it");
  }
}

// Clients that count as proxies may claim any address, and with it the role of any network.
void check_clients_as_proxies(const Options& options, Findings& found) {
  for (const auto& [text, role] : options.access.networks) {
    const Network network = network_of(text);
    const bool is_one_address = network.bits == network.widest_bits;
    if (!is_one_address && options.server.trusted_proxies.contains(network.address))
      found.doubtful("trusted-proxies",
                     "contains the network " + in_quotes(text) +
                         " of auth.trusted-networks, so any client there can claim any address; "
                         "list only the addresses of the proxies");
  }
}

// Of several networks that an address is in, the highest role counts.
void check_trusted_networks(const Options& options, Findings& found) {
  const auto& networks = options.access.networks;
  for (const auto& [text, role] : networks) {
    const Network network = network_of(text);
    if (network.bits == 0)
      found.doubtful("auth.trusted-networks",
                     in_quotes(text) +
                         " includes all clients; anyone who can connect has the role " +
                         std::string(auth::name_of(role)));
    for (const auto& [other, other_role] : networks)
      if (other != text && other_role >= role && covers(network_of(other), network))
        found.doubtful("auth.trusted-networks", in_quotes(text) + " has no effect because " +
                                                    in_quotes(other) +
                                                    " contains it, and the higher role counts");
  }
}

void check_platforms(const Options& options, Findings& found) {
  for (const auto& [platform, path] : options.server.jobs_location) {
    if (std::ranges::find(manager::kPlatforms, platform) == manager::kPlatforms.end())
      found.doubtful(
          "jobs-location",
          in_quotes(platform) + " is not a platform of Flamenco; use linux, windows or darwin");
    const bool is_posix = platform == "linux" || platform == "darwin";
    if (path.empty() || (is_posix && !path.starts_with('/')))
      found.wrong("jobs-location", in_quotes(platform + "=" + path) + " must be an absolute path");
  }
}

}  // namespace

void check_names(const Options& options, Findings& found) {
  check_each("allowed-hosts", options.server.allowed_hosts, &why_no_host, found);
  check_each("cors-origins", options.server.cors_origins, &why_no_origin, found);
  for (const auto& [option, entries] :
       {std::pair("allowed-hosts", &options.server.allowed_hosts),
        std::pair("cors-origins", &options.server.cors_origins),
        std::pair("trusted-proxies", &options.trusted_proxies),
        std::pair("auth.trusted-networks", &options.trusted_networks),
        std::pair("auth.client-certificates", &options.client_certificates),
        std::pair("auth.jwt-keys", &options.jwt_keys),
        std::pair("jobs-location", &options.jobs_location),
        std::pair("ingest-from", &options.ingest_from)})
    check_twice(option, *entries, found);
  check_ambiguous("auth.trusted-networks", options.trusted_networks, true, found);
  check_ambiguous("auth.client-certificates", options.client_certificates, true, found);
  check_ambiguous("auth.jwt-keys", options.jwt_keys, false, found);
  check_ambiguous("jobs-location", options.jobs_location, false, found);
  check_proxies(options, found);
  check_trusted_networks(options, found);
  check_clients_as_proxies(options, found);
  check_platforms(options, found);
}

}  // namespace shaman::program
