// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <stop_token>

namespace shaman::client {

/// While it lives, the first Ctrl-C (or SIGTERM) requests a stop instead of ending the program; the
/// second ends it as usual. At most one at a time.
class InterruptWatch {
 public:
  InterruptWatch();
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  [[nodiscard]] std::stop_token token() const;
  /// Whether what last requested a stop, by any watch of this process, was SIGTERM and not Ctrl-C.
  [[nodiscard]] static bool was_terminated() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman::client
