// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shaman::bench {

/// The server's address: `http://HOST[:PORT][/PREFIX]`.
struct Endpoint {
  std::string host;
  std::string port;
  std::string prefix;  ///< put before each path; without a trailing slash

  /// std::invalid_argument for any other text.
  [[nodiscard]] static Endpoint parse(std::string_view url);
};

/// A request that is ready to send.
struct Request {
  std::string head;                 ///< request line and headers with the empty line
  std::string body_start;           ///< the body's first bytes, owned
  std::string_view body_rest;       ///< its other bytes, not owned
  bool waits_for_continue = false;  ///< the head has `Expect: 100-continue`
};

/// The result of a request.
struct Outcome {
  int status = 0;      ///< 0: the connection broke
  double seconds = 0;  ///< from the first byte sent to the last byte received
  std::uint64_t body_sent = 0;
  std::string body;  ///< with LoadShape::keep_bodies
};

struct LoadShape {
  std::size_t connections = 1;
  std::size_t count = 0;  ///< requests in all, in order and repeatedly; 0: each once
  bool keep_bodies = false;
  /// A connection sends at most half of its body until all connections have done so.
  bool meet_halfway = false;
  /// Seconds to wait after each response, for a single connection: occasional calls meet delays
  /// that a stream of calls, which waits as a whole, does not.
  double pause = 0;
  /// Called after each response; true ends the load before its count.
  std::function<bool()> stop = {};
};

struct LoadResult {
  double seconds = 0;  ///< from the first request to the last response, without connecting
  std::vector<Outcome> outcomes;  ///< of the sent requests, in the order of sending

  [[nodiscard]] std::vector<double> latencies() const;
  [[nodiscard]] std::uint64_t body_sent() const;
  [[nodiscard]] std::size_t count(int status) const;
  /// The number of requests that were not answered with a 2xx.
  [[nodiscard]] std::size_t failures() const;
  /// `204: 4998, 500: 2`.
  [[nodiscard]] std::string statuses() const;
};

/// Sends requests over kept-alive connections, one at a time on each. The calling thread drives
/// them all, so that the client leaves the other cores to the server. A broken connection is an
/// outcome with status 0, and is made again. std::system_error if no connection can be made;
/// std::runtime_error if the server's answer is not HTTP, or no byte moves for two minutes.
[[nodiscard]] LoadResult run_load(const Endpoint& server, std::span<const Request> requests,
                                  const LoadShape& shape);

}  // namespace shaman::bench
