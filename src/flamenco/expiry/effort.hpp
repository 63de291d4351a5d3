// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace shaman::jobs {

/// How many bytes the reading of one job may look at. Placeholders that stand for long texts, and
/// paths in paths, make much work of few bytes; no job that a person wrote needs this much.
class Effort {
 public:
  static constexpr std::size_t kOfOneJob = std::size_t{8} << 20;

  explicit Effort(std::size_t bytes = kOfOneJob) : left_(bytes) {}

  /// False, from then on, where there is not enough left.
  [[nodiscard]] bool spend(std::size_t bytes) noexcept {
    left_ = bytes < left_ ? left_ - bytes : 0;
    return left_ > 0;
  }
  void give_up() noexcept { left_ = 0; }
  [[nodiscard]] bool is_used_up() const noexcept { return left_ == 0; }

 private:
  std::size_t left_;
};

}  // namespace shaman::jobs
