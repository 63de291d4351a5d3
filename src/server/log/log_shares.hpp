// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shaman::http {

/// The share of each client in the log's lines, so that one client's requests do not displace all
/// others. While there are few lines, all are written. Sans-I/O; one thread at a time.
class LogShares {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// A client and the number of its lines that were not written.
  using LeftOut = std::vector<std::pair<std::string, std::size_t>>;

  /// If there are more lines than this in a second, the clients share them.
  explicit LogShares(std::size_t lines_per_second) : most_(lines_per_second) {}

  /// Whether to write a line about the client now.
  [[nodiscard]] bool may_log(std::string_view client, Time now);
  /// The lines that were not written in past seconds; each is returned once.
  [[nodiscard]] LeftOut take_left_out() { return std::exchange(left_out_, {}); }

 private:
  struct Lines {
    std::size_t written = 0;
    std::size_t left_out = 0;
  };
  void begin_second(Time now);

  const std::size_t most_;
  std::optional<Time> second_;
  std::size_t all_ = 0;
  std::map<std::string, Lines, std::less<>> clients_;
  LeftOut left_out_;
};

}  // namespace shaman::http
