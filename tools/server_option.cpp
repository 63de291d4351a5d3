// SPDX-License-Identifier: GPL-3.0-or-later
#include "server_option.hpp"

#include <algorithm>
#include <array>

#include "shaman/os.hpp"

namespace shaman::tools {

namespace {

constexpr std::array<const char*, 2> kVariables{"SHAMAN_SERVER", "FLAMENCO_MANAGER_URL"};

}  // namespace

void add_server_option(CLI::App& options, std::string& server) {
  options
      .add_option("--server", server,
                  "Address of the server, as http://manager.local:8080. Without it the environment "
                  "variables SHAMAN_SERVER and FLAMENCO_MANAGER_URL are looked at.")
      ->type_name("URL");
}

bool has_server(const std::string& given) {
  return !given.empty() || std::any_of(kVariables.begin(), kVariables.end(), [](const char* name) {
    return !os::environment(name).value_or("").empty();
  });
}

result<client::BaseUrl> server_of(const std::string& given) {
  if (!given.empty()) return client::BaseUrl::parse(given);
  for (const char* const name : kVariables) {
    const std::string value = os::environment(name).value_or("");
    if (value.empty()) continue;
    result<client::BaseUrl> url = client::BaseUrl::parse(value);
    if (!url)
      return Error{errc::malformed_request,
                   "the environment variable " + std::string(name) + ": " + url.error().message()};
    return url;
  }
  return Error{errc::malformed_request,
               "no server is given: use --server http://HOST:PORT, or set SHAMAN_SERVER"};
}

}  // namespace shaman::tools
