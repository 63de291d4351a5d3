// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/client/base_url.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "shaman/text.hpp"

#include "base/number_text.hpp"
#include "protocol/names.hpp"

namespace shaman::client {
namespace {

constexpr std::uint16_t kPort = 80;
constexpr std::uint16_t kSecurePort = 443;

Error wrong(std::string_view text, std::string_view why) {
  return {errc::invalid_argument, "\"" + text::printable(BaseUrl::without_secrets(text)) +
                                      "\" is not a valid server address: " + std::string(why) +
                                      "; example: http://manager.local:8080"};
}

bool is_host_character(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  const bool digit = c >= '0' && c <= '9';
  return letter || digit || c == '-' || c == '.' || c == '_';
}

bool is_address_character(char c) {
  // An IPv6 address may name its zone: fe80::1%eth0.
  return is_host_character(c) || c == ':' || c == '%';
}

// Characters that need no encoding in a path (RFC 3986, pchar and "/").
bool is_path_character(char c) {
  static constexpr std::string_view kOthers = "/~!$&'()*+,;=:@%";
  return is_host_character(c) || kOthers.find(c) != std::string_view::npos;
}

// People copy the address of the page that they look at, or of the API.
std::string_view without_own_paths(std::string_view path) {
  static constexpr std::array<std::string_view, 7> kPages{
      protocol::kManager,   "/app/jobs",     "/app/workers",   "/app/tags",
      "/app/last-rendered", "/app/settings", "/app/index.html"};
  for (const std::string_view page : kPages) {
    const std::size_t at = path.find(page);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = path.substr(at + page.size());
    if (rest.empty() || rest.find_first_of("/?#") == 0) path = path.substr(0, at);
  }
  while (path.ends_with('/'))
    path.remove_suffix(1);
  return path;
}

std::optional<std::uint16_t> port_of(std::string_view digits) {
  const auto port = number_of<std::uint16_t>(digits);
  return port == 0 ? std::nullopt : port;
}

struct Authority {
  std::string_view host;
  std::string_view port;  // empty: the default
  bool is_bracketed = false;
};

std::optional<Authority> split(std::string_view authority) {
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view rest = authority.substr(end + 1);
    if (!rest.empty() && rest.front() != ':') return std::nullopt;
    return Authority{authority.substr(1, end - 1), rest.empty() ? rest : rest.substr(1), true};
  }
  const std::size_t colon = authority.find(':');
  if (colon == std::string_view::npos) return Authority{authority, {}, false};
  return Authority{authority.substr(0, colon), authority.substr(colon + 1), false};
}

}  // namespace

result<BaseUrl> BaseUrl::parse(std::string_view given) {
  const std::string_view text = text::trimmed(given);
  std::string_view rest = text;
  bool is_secure = false;
  if (const std::size_t scheme_end = rest.find("://"); scheme_end != std::string_view::npos) {
    const std::string scheme = text::in_lower_case(rest.substr(0, scheme_end));
    is_secure = scheme == "https";
    if (scheme != "http" && !is_secure)
      return wrong(text, "it must start with http:// or https://");
    rest.remove_prefix(scheme_end + 3);
  }
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view authority = rest.substr(0, slash);
  const std::string_view prefix = without_own_paths(rest.substr(slash));
  if (authority.find_first_of("?#") != std::string_view::npos ||
      prefix.find_first_of("?#") != std::string_view::npos)
    return wrong(text, "it must not contain ? or #");
  // A password may contain a slash.
  if (rest.find('@') != std::string_view::npos)
    return wrong(text, "it must not contain a user name or a password");

  const std::optional<Authority> parts = split(authority);
  if (!parts || parts->host.empty()) return wrong(text, "the host is missing");
  if (!std::ranges::all_of(parts->host,
                           parts->is_bracketed ? is_address_character : is_host_character))
    return wrong(text, "its host is not a valid name or address");
  if (!std::ranges::all_of(prefix, is_path_character))
    return wrong(text, "its path contains a character that must be percent-encoded");

  BaseUrl url{std::string(parts->host), is_secure ? kSecurePort : kPort, std::string(prefix),
              is_secure};
  if (!parts->port.empty()) {
    const std::optional<std::uint16_t> port = port_of(parts->port);
    if (!port) return wrong(text, "its port is not a number from 1 to 65535");
    url.port = *port;
  }
  return url;
}

std::string BaseUrl::without_secrets(std::string_view text) {
  std::string shown(text);
  if (const std::size_t login = shown.rfind('@'); login != std::string::npos) {
    const std::size_t scheme = shown.find("://");
    const std::size_t begin = scheme < login ? scheme + 3 : 0;
    shown.replace(begin, login - begin, "…");
  }
  const std::size_t token = std::min({shown.find("/~"), shown.find("/%7E"), shown.find("/%7e")});
  if (token != std::string::npos) shown.replace(token, std::string::npos, "/~…");
  return shown;
}

std::string BaseUrl::authority() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (is_secure ? kSecurePort : kPort)) text += ":" + std::to_string(port);
  return text;
}

std::string BaseUrl::text() const {
  return (is_secure ? "https://" : "http://") + authority() + prefix;
}

}  // namespace shaman::client
