// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "shaman/distribution.hpp"
#include "shaman/error.hpp"
#include "shaman/metrics/page.hpp"

#include "server/router.hpp"

namespace shaman::http {

/// Which row of the figures a request counts in: a route of the table, or one of two others.
struct FigureRow {
  enum class Kind : std::uint8_t { other, passed_on, route };
  Kind kind = Kind::other;  ///< other: no route, or refused before it was looked for
  std::size_t route = 0;    ///< see Router::Match
};

/// Counts requests by route and status. A request costs a few atomic additions: rows are found by
/// number, never by text. All members but begin() may be called from any thread.
class RequestFigures {
 public:
  struct Request {
    FigureRow row;
    unsigned status = 0;
    double seconds = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    bool unheard = false;        ///< the client was gone before its answer
    std::optional<errc> kind{};  ///< of an error
  };

  /// Before all others, once.
  void begin(const std::vector<Router::Name>& routes);
  void count(const Request& request) noexcept;
  void write(metrics::Page& page) const;

 private:
  static constexpr unsigned kFirstStatus = 100;
  static constexpr unsigned kStatuses = 500;
  static constexpr std::size_t kKinds = static_cast<std::size_t>(errc::cancelled) + 1;

  struct Row {
    explicit Row(Router::Name name);
    void write(metrics::Page& page) const;

    const Router::Name name;
    std::array<std::atomic<std::uint64_t>, kStatuses> statuses{};
    Distribution seconds;
    std::atomic<std::uint64_t> bytes_in{0};
    std::atomic<std::uint64_t> bytes_out{0};
    std::atomic<std::uint64_t> unheard{0};
  };
  [[nodiscard]] Row& row_of(const FigureRow& row) noexcept;

  std::deque<Row> rows_;  // the routes', then those passed on, then the others
  std::array<std::atomic<std::uint64_t>, kKinds> kinds_{};
};

}  // namespace shaman::http
