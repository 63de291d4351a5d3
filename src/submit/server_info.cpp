// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/client/server_info.hpp"

#include <functional>

#include "http/client/network.hpp"
#include "submit/shaman_calls.hpp"

namespace shaman::client {

result<ServerInfo> identify_server(const Server& server) {
  Network network(1);
  const Network::Strand strand = network.make_strand();
  HttpConnection connection(strand, server);
  return network.run<ServerInfo>(strand, {}, [&] { return identify(connection); });
}

}  // namespace shaman::client
