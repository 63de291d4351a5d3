// SPDX-License-Identifier: GPL-3.0-or-later
#include "async/buffer_pool.hpp"

#include <algorithm>

namespace shaman::http {

Piece& Piece::operator=(Piece&& other) noexcept {
  if (this != &other) {
    give_back();
    pool_ = other.pool_;
    memory_ = std::move(other.memory_);
    grant_ = std::move(other.grant_);
    length_ = other.length_;
  }
  return *this;
}

Piece::~Piece() {
  give_back();
}

void Piece::give_back() noexcept {
  if (!memory_) return;
  {
    const std::lock_guard lock(pool_->mutex_);
    pool_->spare_.push_back(std::move(memory_));
  }
  // Only now, so that the coroutine that this wakes finds the memory.
  grant_.release();
}

std::span<char> Piece::room() const noexcept {
  return {memory_.get(), pool_->piece_bytes_};
}

std::span<const std::byte> Piece::content() const noexcept {
  return std::as_bytes(room().first(length_));
}

BufferPool::BufferPool(std::size_t total_bytes, std::size_t piece_bytes)
    : piece_bytes_(piece_bytes), budget_(std::max<std::size_t>(total_bytes / piece_bytes, 4)) {
  // So that giving back never needs memory.
  spare_.reserve(budget_.total());
}

Piece BufferPool::make_piece(FairBudget::Grant grant) {
  Piece piece;
  piece.pool_ = this;
  piece.grant_ = std::move(grant);
  {
    const std::lock_guard lock(mutex_);
    if (!spare_.empty()) {
      piece.memory_ = std::move(spare_.back());
      spare_.pop_back();
    }
  }
  // Not zeroed: a page that no body has reached costs no memory.
  if (!piece.memory_) piece.memory_.reset(new char[piece_bytes_]);
  return piece;
}

}  // namespace shaman::http
