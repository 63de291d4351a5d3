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

/// Where the server is: `http://HOST[:PORT][/PREFIX]`.
struct Endpoint {
  std::string host;
  std::string port;
  std::string prefix;  ///< put before each path; without a trailing slash

  /// std::invalid_argument for what is no such URL.
  [[nodiscard]] static Endpoint parse(std::string_view url);
};

/// A request, all ready to be sent.
struct Request {
  std::string head;                 ///< request line and headers with the empty line
  std::string body_start;           ///< the body's first bytes, owned
  std::string_view body_rest;       ///< its other bytes, not owned
  bool waits_for_continue = false;  ///< the head has `Expect: 100-continue`
};

/// What became of a request.
struct Outcome {
  int status = 0;      ///< 0: the connection broke
  double seconds = 0;  ///< from its first byte out to its last byte in
  std::uint64_t body_sent = 0;
  std::string body;  ///< when LoadShape::keep_bodies
};

struct LoadShape {
  std::size_t connections = 1;
  std::size_t count = 0;  ///< requests in all, taken in turn and from the start again; 0: each once
  bool keep_bodies = false;
  /// A connection sends at most half of its body until all connections have done so.
  bool meet_halfway = false;
  /// Seconds to wait after each response, for a single connection: calls that come now and then
  /// meet what a stream of calls, which waits as a whole, does not.
  double pause = 0;
  /// Asked after each response; true ends the load before its count.
  std::function<bool()> stop = {};
};

struct LoadResult {
  double seconds = 0;  ///< from the first request to the last response, connecting left out
  std::vector<Outcome> outcomes;  ///< of those that were sent, in the order of sending

  [[nodiscard]] std::vector<double> latencies() const;
  [[nodiscard]] std::uint64_t body_sent() const;
  [[nodiscard]] std::size_t count(int status) const;
  /// Those that were not answered with a 2xx.
  [[nodiscard]] std::size_t failures() const;
  /// `204: 4998, 500: 2`.
  [[nodiscard]] std::string statuses() const;
};

/// Sends requests over kept-alive connections, each connection having one under way, all driven by
/// the calling thread alone, so that the client leaves the other cores to the server. A connection
/// that breaks is an outcome with status 0 and is made anew.
/// std::system_error when no connection can be made; std::runtime_error when the server answers
/// what is not HTTP, or moves no byte for two minutes.
[[nodiscard]] LoadResult run_load(const Endpoint& server, std::span<const Request> requests,
                                  const LoadShape& shape);

}  // namespace shaman::bench
