// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <string>

#include "http/connection_table.hpp"
#include "http/request_head.hpp"

namespace shaman::proxy {

/// Notices that the Manager's address leads back to this server through a proxy that keeps none of
/// the marks by which a request would be known again (head_text.hpp). Where unusually many requests
/// are under way, one more is asked for an address that nobody else knows: no header is needed to
/// recognise it. So a loop ends after some hundred rounds. All members may be called from any
/// thread.
class LoopWatch {
 public:
  LoopWatch();

  /// A request on its way to the Manager, for as long as it lives.
  class Entry {
   public:
    explicit Entry(LoopWatch& watch) : watch_(watch) { ++watch_.under_way_; }
    ~Entry() { --watch_.under_way_; }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    LoopWatch& watch_;
  };

  /// Whether it is time to ask for question(); true for one caller at a time.
  [[nodiscard]] bool should_ask(http::Clock::time_point now);
  [[nodiscard]] const std::string& question() const noexcept { return question_; }
  [[nodiscard]] bool is_question(const http::RequestHead& head) const;

  /// The question has come back.
  void found(http::Clock::time_point now);
  /// For a while after that: it may have been mended since.
  [[nodiscard]] bool is_loop(http::Clock::time_point now) const;

 private:
  using Ticks = http::Clock::rep;
  const std::string question_;
  std::atomic<std::size_t> under_way_{0};
  std::atomic<Ticks> ask_after_{0};
  std::atomic<Ticks> loop_until_{0};
};

}  // namespace shaman::proxy
