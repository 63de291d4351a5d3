// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <string>

#include "http/connection_table.hpp"
#include "http/request_head.hpp"

namespace shaman::proxy {

/// Detects that the Manager's address leads back to this server, even through a proxy that removes
/// the marks of head_text.hpp. If unusually many requests are under way, the server requests a
/// secret address from the Manager. If that request arrives here, there is a loop. So a loop ends
/// after some hundred rounds. All members may be called from any thread.
class LoopWatch {
 public:
  LoopWatch();

  /// A request on its way to the Manager, counted while this object lives.
  class Entry {
   public:
    explicit Entry(LoopWatch& watch) : watch_(watch) { ++watch_.under_way_; }
    ~Entry() { --watch_.under_way_; }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    LoopWatch& watch_;
  };

  /// Whether the caller should now request question(); true for one caller at a time.
  [[nodiscard]] bool should_ask(http::Clock::time_point now);
  /// The secret address.
  [[nodiscard]] const std::string& question() const noexcept { return question_; }
  [[nodiscard]] bool is_question(const http::RequestHead& head) const;

  /// The request for the secret address has arrived here.
  void found(http::Clock::time_point now);
  /// Whether found() was called recently. It expires, because an admin may correct the address.
  [[nodiscard]] bool is_loop(http::Clock::time_point now) const;

 private:
  using Ticks = http::Clock::rep;
  const std::string question_;
  std::atomic<std::size_t> under_way_{0};
  std::atomic<Ticks> ask_after_{0};
  std::atomic<Ticks> loop_until_{0};
};

}  // namespace shaman::proxy
