// SPDX-License-Identifier: GPL-3.0-or-later
#include "async/buffer_pool.hpp"

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

TEST(BufferPool, GivesAtMostItsTotal) {
  BufferPool pool(4 * 1024, 1024);
  std::vector<Piece> pieces;
  while (auto grant = pool.budget().try_acquire("anna", 1))
    pieces.push_back(pool.make_piece(*std::move(grant)));
  EXPECT_EQ(pieces.size(), 4U);
  pieces.pop_back();
  EXPECT_TRUE(pool.budget().try_acquire("anna", 1));
}

TEST(BufferPool, APieceHoldsWhatWasPutIn) {
  BufferPool pool(4 * 1024, 1024);
  Piece piece = pool.make_piece(*pool.budget().try_acquire("anna", 1));
  ASSERT_EQ(piece.room().size(), 1024U);
  piece.room()[0] = 'x';
  piece.set_length(1);
  Piece moved = std::move(piece);
  EXPECT_FALSE(piece);  // NOLINT(bugprone-use-after-move): that it is empty is what is tested
  ASSERT_EQ(moved.content().size(), 1U);
  EXPECT_EQ(static_cast<char>(moved.content()[0]), 'x');
}

TEST(BufferPool, AssigningGivesTheOldPieceBack) {
  BufferPool pool(4 * 1024, 1024);
  Piece piece = pool.make_piece(*pool.budget().try_acquire("anna", 1));
  piece = Piece();
  EXPECT_EQ(pool.budget().available(), 4U);
}

}  // namespace
}  // namespace shaman::http
