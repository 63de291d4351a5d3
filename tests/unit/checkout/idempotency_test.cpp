// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/making/idempotency.hpp"

#include <gtest/gtest.h>

namespace shaman {
namespace {

using namespace std::chrono_literals;
using Answer = IdempotencyTable::Answer;

class IdempotencyTableTest : public ::testing::Test {
 protected:
  static Digest request(int number) { return Sha256::of(std::to_string(number)); }
  bool is_new(int number, std::chrono::seconds at) {
    return std::holds_alternative<IdempotencyTable::Begin>(table_.begin(request(number), time(at)));
  }
  std::shared_future<Answer> joined(int number, std::chrono::seconds at) {
    return std::get<IdempotencyTable::Joined>(table_.begin(request(number), time(at)));
  }
  static IdempotencyTable::Time time(std::chrono::seconds at) {
    return IdempotencyTable::Time(1h + at);
  }

  IdempotencyTable table_{10min, 3};
};

TEST_F(IdempotencyTableTest, ARepetitionGetsTheSameAnswer) {
  EXPECT_TRUE(is_new(1, 0s));
  table_.finish(request(1), Answer(MadeCheckout{"film"}), time(1s));
  EXPECT_EQ(joined(1, 2s).get().value().path, "film");
  EXPECT_EQ(joined(1, 10min).get().value().path, "film");
  EXPECT_TRUE(is_new(2, 2s));
}

TEST_F(IdempotencyTableTest, IsForgottenInTime) {
  EXPECT_TRUE(is_new(1, 0s));
  table_.finish(request(1), Answer(MadeCheckout{"film"}), time(1s));
  EXPECT_TRUE(is_new(1, 10min + 1s));
}

TEST_F(IdempotencyTableTest, ARepetitionJoinsWhatIsUnderWay) {
  EXPECT_TRUE(is_new(1, 0s));
  const auto first = joined(1, 1s);
  const auto second = joined(1, 1h);
  EXPECT_EQ(first.wait_for(0s), std::future_status::timeout);
  table_.finish(request(1), Answer(MadeCheckout{"film"}), time(1h));
  EXPECT_EQ(first.get().value().path, "film");
  EXPECT_EQ(second.get().value().path, "film");
}

TEST_F(IdempotencyTableTest, FailuresReachThoseWhoJoinedAndAreForgotten) {
  EXPECT_TRUE(is_new(1, 0s));
  const auto other = joined(1, 1s);
  table_.finish(request(1), Error{errc::blobs_missing, "two"}, time(2s));
  EXPECT_EQ(other.get().error().code, errc::blobs_missing);
  EXPECT_TRUE(is_new(1, 3s));
}

TEST_F(IdempotencyTableTest, RemembersOnlySoMany) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(is_new(i, 0s));
    table_.finish(request(i), Answer(MadeCheckout{"film"}), time(0s));
  }
  EXPECT_EQ(table_.size(), 3U);
  EXPECT_TRUE(is_new(6, 1s));
  EXPECT_FALSE(is_new(9, 1s));
}

}  // namespace
}  // namespace shaman
