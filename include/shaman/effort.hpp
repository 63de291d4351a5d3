// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace shaman {

/// How much work the judgement of one job may be: reading its texts, comparing them with names, and
/// looks at the disk. Placeholders that stand for long texts, paths in paths, and patterns make
/// much work of few bytes; no job that a person wrote needs this much. For one thread.
class Effort {
 public:
  /// A step is about what a byte costs that is looked at: some nanoseconds.
  static constexpr std::size_t kOfOneJob = std::size_t{32} << 20;
  /// A look at one folder of the disk, in steps.
  static constexpr std::size_t kDiskLook = std::size_t{16} << 10;

  explicit Effort(std::size_t steps = kOfOneJob) : left_(steps) {}
  Effort(const Effort&) = delete;
  Effort& operator=(const Effort&) = delete;
  ~Effort() = default;

  /// False, from then on, where there is not enough left.
  [[nodiscard]] bool spend(std::size_t steps) noexcept {
    left_ = steps < left_ ? left_ - steps : 0;
    return left_ > 0;
  }
  void give_up() noexcept { left_ = 0; }
  [[nodiscard]] bool is_used_up() const noexcept { return left_ == 0; }
  [[nodiscard]] std::size_t left() const noexcept { return left_; }

 private:
  std::size_t left_;
};

}  // namespace shaman
