// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/client/server.hpp"

#include <algorithm>

#include <openssl/evp.h>

#include "shaman/text.hpp"

#include "base/percent.hpp"

namespace shaman::client {
namespace {

bool is_end_of(std::string_view name, std::string_view domain) {
  return name.size() > domain.size() &&
         text::is_same_but_for_case(name.substr(name.size() - domain.size()), domain) &&
         name[name.size() - domain.size() - 1] == '.';
}

std::string base64(std::string_view text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int length = ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                       reinterpret_cast<const unsigned char*>(text.data()),
                                       static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

}  // namespace

result<Proxy> Proxy::parse(std::string_view text) {
  Proxy proxy;
  const std::size_t at = text.rfind('@');
  std::string address(text);
  if (at != std::string_view::npos) {
    const std::size_t scheme = text.find("://");
    const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
    const std::string_view login = text.substr(begin, at - begin);
    proxy.authorization = "Basic " + base64(without_escapes(login));
    address = std::string(text.substr(0, begin)) + std::string(text.substr(at + 1));
  }
  const auto url = BaseUrl::parse(address);
  if (!url) return url.error();
  if (url->is_secure)
    return Error{errc::invalid_argument,
                 "a proxy with an https:// address is not supported: use its http:// address"};
  proxy.host = url->host;
  proxy.port = url->port;
  return proxy;
}

bool is_excepted(std::string_view host, std::string_view no_proxy) {
  while (!no_proxy.empty()) {
    const std::size_t comma = std::min(no_proxy.find(','), no_proxy.size());
    std::string_view entry = text::trimmed(no_proxy.substr(0, comma));
    no_proxy.remove_prefix(std::min(comma + 1, no_proxy.size()));
    if (entry == "*") return true;
    if (entry.starts_with('.')) entry.remove_prefix(1);
    if (!entry.empty() && (text::is_same_but_for_case(host, entry) || is_end_of(host, entry)))
      return true;
  }
  return false;
}

result<Server> Server::parse(std::string_view text) {
  auto url = BaseUrl::parse(text);
  if (!url) return url.error();
  Server server(*std::move(url));
  std::string& prefix = server.url.prefix;
  for (const std::string_view mark : {"/~", "/%7E", "/%7e"}) {
    if (!prefix.starts_with(mark)) continue;
    const std::size_t end = std::min(prefix.find('/', 1), prefix.size());
    server.token = without_escapes(std::string_view(prefix).substr(mark.size(), end - mark.size()));
    prefix.erase(0, end);
    break;
  }
  return server;
}

}  // namespace shaman::client
