// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/auth/access.hpp"
#include "shaman/http/server.hpp"

#include "async/buffer_pool.hpp"
#include "async/fair_budget.hpp"
#include "async/inline_lookup_policy.hpp"
#include "http/connection.hpp"
#include "http/connection_table.hpp"
#include "http/request_body.hpp"
#include "http/request_head.hpp"
#include "http/response.hpp"
#include "server/current_options.hpp"
#include "server/figures/figures.hpp"
#include "server/log/rare_warnings.hpp"
#include "server/remarks.hpp"
#include "server/router.hpp"

namespace shaman::http {

class ManagerState;
class ReverseProxy;
class RunningRequests;

/// The objects that all requests share; they outlive them.
struct Services {
  Store& store;
  Checkouts& checkouts;
  ServerPools pools;
  const CurrentOptions& options;
  const Router& router;
  ConnectionTable& connections;
  BufferPool& upload_buffers;
  FairBudget& json_first;  ///< for the first part of each JSON request
  FairBudget& json_rest;   ///< for the rest; its holders wait for nothing else
  FairBudget& handshakes;  ///< of TLS, under way
  FairBudget& passed_on;   ///< to the Manager, tunnels included
  FairBudget& ingests;     ///< under way: files that the server reads itself
  InlineLookupPolicy& looks;
  RareWarnings& rare_warnings;
  RunningRequests& running;
  Figures& figures;
  ReverseProxy* reverse_proxy = nullptr;  ///< for all other requests; may be null
  const Remarks* remarks = nullptr;
  const ManagerState* manager = nullptr;
  Digest ingest_secret{};  ///< see protocol::ingest_seed()
};

/// One request on its way through a handler.
struct Exchange {
  const Services& services;
  const ServerOptions& options;  ///< as of the request's arrival
  Connection& connection;
  const RequestHead& head;
  RequestBody& body;
  bool passes = false;      ///< it is forwarded to the Manager
  bool is_routine = false;  ///< machines make it every few seconds, and it went well: not logged
  FigureRow row{};          ///< which figures it counts in
  std::vector<std::string_view> parameters{};
  std::string original_filename{};  ///< for the log
  std::string checkout{};           ///< for the log: the checkout's path
  std::string note{};               ///< for the log: what the answer does not say
  auth::Principal principal{};      ///< without a name if it does not matter
  Requester requester{};            ///< the same for the store
  std::uint64_t discard_limit = 0;  ///< of an unwanted chunked body
  /// Shares of budgets, held until the answer has been sent.
  std::vector<FairBudget::Grant> grants{};
};

/// The answer to a request whose body failed.
[[nodiscard]] Response response_to_failed_body(const RequestBody& body);

}  // namespace shaman::http
