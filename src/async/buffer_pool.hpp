// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "async/fair_budget.hpp"

namespace shaman::http {

class BufferPool;

/// One piece of an upload's body on its way from the socket to the disk. Given back to its pool
/// when destroyed.
class Piece {
 public:
  Piece() = default;
  Piece(Piece&& other) noexcept = default;
  Piece& operator=(Piece&& other) noexcept;
  ~Piece();

  [[nodiscard]] explicit operator bool() const noexcept { return memory_ != nullptr; }
  /// The whole buffer.
  [[nodiscard]] std::span<char> room() const noexcept;
  [[nodiscard]] std::span<const std::byte> content() const noexcept;
  void set_length(std::size_t length) noexcept { length_ = length; }
  [[nodiscard]] std::size_t length() const noexcept { return length_; }

 private:
  friend class BufferPool;
  void give_back() noexcept;
  BufferPool* pool_ = nullptr;
  std::unique_ptr<char[]> memory_;
  FairBudget::Grant grant_;
  std::size_t length_ = 0;
};

/// The memory that all uploads together may use. Pieces are made when first wanted and kept.
/// All members from any thread; must outlive its pieces.
class BufferPool {
 public:
  BufferPool(std::size_t total_bytes, std::size_t piece_bytes);

  /// In pieces: one for each.
  [[nodiscard]] FairBudget& budget() noexcept { return budget_; }
  /// The memory that belongs to a grant of one.
  [[nodiscard]] Piece make_piece(FairBudget::Grant grant);
  [[nodiscard]] std::size_t piece_bytes() const noexcept { return piece_bytes_; }

 private:
  friend class Piece;
  const std::size_t piece_bytes_;
  FairBudget budget_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<char[]>> spare_;
};

}  // namespace shaman::http
