// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <stop_token>

namespace shaman::client {

/// While it lives, the first Ctrl-C (or SIGTERM) requests a stop instead of ending the program.
/// Signals at the same time count as one: `timeout` signals a program and its group. A clearly
/// later one, after `is_still_stopping`, ends the program. At most one at a time.
class InterruptWatch {
 public:
  /// Called on the watch's own thread; each may end the program. May be empty.
  struct Callbacks {
    std::function<void()> is_first;  ///< before the stop is requested
    /// The program has not ended a second after the first signal: from now on another one ends it.
    std::function<void()> is_still_stopping;
    std::function<void()> is_last;  ///< before the program ends
  };

  explicit InterruptWatch(Callbacks callbacks = {});
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  [[nodiscard]] std::stop_token token() const;
  /// Whether the last signal that any watch of this process got was SIGTERM and not Ctrl-C.
  [[nodiscard]] static bool was_terminated() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman::client
