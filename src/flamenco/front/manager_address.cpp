// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/client/base_url.hpp"
#include "shaman/proxy/manager.hpp"
#include "shaman/text.hpp"

namespace shaman::proxy {
namespace {

Error wrong(const client::BaseUrl& url, std::string_view why) {
  return {errc::invalid_argument, text::in_quotes(url.text()) +
                                      " is not the address of a Manager: " + std::string(why) +
                                      "; example: http://manager.local:8080"};
}

}  // namespace

result<ManagerAddress> ManagerAddress::parse(std::string_view text) {
  const auto url = client::BaseUrl::parse(text);
  if (!url) return url.error();
  if (url->is_secure) return wrong(*url, "a Flamenco Manager speaks plain http");
  if (!url->prefix.empty()) return wrong(*url, "a Flamenco Manager has no path");
  return ManagerAddress{url->host, url->port};
}

std::string ManagerAddress::authority() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace shaman::proxy
