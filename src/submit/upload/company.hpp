// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>

namespace shaman::client {

/// How a client works that is not alone: before it sends a batch, it asks which of its next files
/// the server still lacks. The more of these others have sent, the more files it asks about. No
/// I/O; one thread at a time.
class Company {
 public:
  static constexpr std::size_t kFewest = 64;
  static constexpr std::size_t kMost = 1024;

  /// Another client was seen.
  void note() noexcept { is_here_ = true; }
  [[nodiscard]] bool is_here() const noexcept { return is_here_; }

  /// The number of files to ask about.
  [[nodiscard]] std::size_t ask_about() const noexcept { return window_; }
  /// Of the `asked` files the server lacks so many, and no other client is sending them.
  void on_share(std::size_t asked, std::size_t lacking) noexcept {
    if (lacking * kGoodShare < asked)
      window_ = std::min(window_ * 2, kMost);
    else if (lacking * 2 > asked)
      window_ = std::max(window_ / 2, kFewest);
  }

 private:
  static constexpr std::size_t kGoodShare = 4;
  std::size_t window_ = kFewest;
  bool is_here_ = false;
};

}  // namespace shaman::client
