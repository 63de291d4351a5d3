// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/connection_table.hpp"

#include <array>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace shaman::http {
namespace {

using Phase = ConnectionTable::Phase;
using std::chrono::seconds;

class ConnectionTableTest : public testing::Test {
 protected:
  ConnectionTableTest() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()), 0); }
  ~ConnectionTableTest() override {
    for (const int end : ends_)
      ::close(end);
  }
  [[nodiscard]] bool can_write() const { return ::send(ends_[0], "x", 1, MSG_NOSIGNAL) == 1; }
  [[nodiscard]] bool reads_end() const {
    char byte;
    return ::recv(ends_[0], &byte, 1, MSG_DONTWAIT) == 0;
  }

  std::array<int, 2> ends_{};
  ConnectionTable table_;
  int wakes_ = 0;
};

TEST_F(ConnectionTableTest, ASlowReaderCanStillBeAnswered) {
  ConnectionTable::Entry entry(table_, ends_[0], [this] { ++wakes_; });
  entry.enter(Phase::reading, seconds(10));
  table_.check(Clock::now());
  EXPECT_FALSE(entry.is_expired());
  table_.check(Clock::now() + seconds(11));
  EXPECT_TRUE(entry.is_expired());
  EXPECT_TRUE(reads_end());
  EXPECT_TRUE(can_write());
  EXPECT_EQ(wakes_, 1);
}

TEST_F(ConnectionTableTest, AStalledWriterIsCutOff) {
  ConnectionTable::Entry entry(table_, ends_[0], [] {});
  entry.enter(Phase::writing, seconds(10));
  table_.check(Clock::now() + seconds(11));
  EXPECT_FALSE(can_write());
}

TEST_F(ConnectionTableTest, StoppingClosesOnlyWhatIsIdle) {
  ConnectionTable::Entry entry(table_, ends_[0], [] {});
  entry.enter(Phase::working, seconds(10));
  table_.stop();
  EXPECT_TRUE(table_.is_stopping());
  EXPECT_TRUE(can_write());
  entry.enter(Phase::idle, seconds(10));
  table_.stop();
  EXPECT_FALSE(can_write());
}

TEST_F(ConnectionTableTest, StoppingWaitsForNoHeaderThatStaysAway) {
  ConnectionTable::Entry before(table_, ends_[0], [] {});
  before.enter(Phase::header, seconds(60));
  table_.stop();
  ConnectionTable::Entry after(table_, ends_[1], [] {});
  after.enter(Phase::header, seconds(60));
  table_.check(Clock::now());
  EXPECT_FALSE(before.is_expired() || after.is_expired());
  table_.check(Clock::now() + seconds(2));
  EXPECT_TRUE(before.is_expired() && after.is_expired());
}

// A tunnel was told while the Manager's answer came, and kept its place for good.
TEST_F(ConnectionTableTest, WhoWasToldWhileWaitingDoesNotBeginToWaitForTheClient) {
  ConnectionTable::Entry entry(table_, ends_[0], [] {});
  entry.enter(Phase::waiting, seconds(10));
  EXPECT_TRUE(entry.give_way());
  EXPECT_TRUE(can_write());
  entry.enter(Phase::writing, seconds(10));
  EXPECT_TRUE(can_write());
  entry.enter(Phase::reading, seconds(10));
  EXPECT_TRUE(reads_end());
  EXPECT_TRUE(can_write());
  entry.enter(Phase::tunnel, seconds(10));
  EXPECT_FALSE(can_write());
}

TEST_F(ConnectionTableTest, OthersLearnAtOnceThatAConnectionWasToldBefore) {
  ConnectionTable::Entry entry(table_, ends_[0], [] {});
  entry.enter(Phase::waiting, seconds(10));
  EXPECT_TRUE(entry.give_way());
  entry.tell_when_giving_way([this] { ++wakes_; });
  EXPECT_EQ(wakes_, 1);
  entry.tell_when_giving_way({});
  EXPECT_EQ(wakes_, 1);
}

TEST_F(ConnectionTableTest, ATunnelThatBeginsWhileTheServerStopsIsClosed) {
  ConnectionTable::Entry entry(table_, ends_[0], [] {});
  entry.enter(Phase::waiting, seconds(10));
  table_.stop();
  EXPECT_TRUE(can_write());
  entry.enter(Phase::tunnel, seconds(10));
  EXPECT_FALSE(can_write());
}

TEST_F(ConnectionTableTest, CancellingEndsAllAndThoseThatComeLater) {
  ConnectionTable::Entry entry(table_, ends_[0], [this] { ++wakes_; });
  table_.cancel();
  EXPECT_TRUE(entry.is_cancelled());
  EXPECT_EQ(wakes_, 1);
  const ConnectionTable::Entry late(table_, ends_[1], [] {});
  EXPECT_TRUE(late.is_cancelled());
  EXPECT_EQ(table_.size(), 2U);
}

TEST_F(ConnectionTableTest, CountsByClient) {
  ConnectionTable::Entry first(
      table_, ends_[0], [] {}, "anna");
  EXPECT_EQ(table_.size_of("anna"), 1U);
  {
    const ConnectionTable::Entry second(
        table_, ends_[1], [] {}, "anna");
    EXPECT_EQ(table_.size_of("anna"), 2U);
  }
  first.belong_to("ben");
  EXPECT_EQ(table_.size_of("anna"), 0U);
  EXPECT_EQ(table_.size_of("ben"), 1U);
}

TEST_F(ConnectionTableTest, ANewcomerTakesThePlaceOfTheLargestClientsLongestIdle) {
  std::array<int, 2> others{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, others.data()), 0);
  ConnectionTable::Entry small(
      table_, others[0], [] {}, "anna");
  ConnectionTable::Entry busy(
      table_, others[1], [] {}, "mallory");
  ConnectionTable::Entry idle(
      table_, ends_[0], [this] { ++wakes_; }, "mallory");
  small.enter(Phase::idle, seconds(1));
  busy.enter(Phase::reading, seconds(1));
  idle.enter(Phase::idle, seconds(10));
  EXPECT_TRUE(table_.make_room_for("ben"));
  EXPECT_EQ(wakes_, 1);
  EXPECT_FALSE(can_write());
  EXPECT_TRUE(idle.gave_way());
  EXPECT_FALSE(busy.gave_way() || small.gave_way());
  // Then one that makes the server wait, and never one that the server works for.
  EXPECT_TRUE(table_.make_room_for("ben"));
  EXPECT_TRUE(busy.gave_way());
  ConnectionTable::Entry waiting(
      table_, others[1], [] {}, "mallory");
  waiting.enter(Phase::waiting, seconds(1));
  EXPECT_TRUE(table_.make_room_for("ben"));
  EXPECT_TRUE(waiting.gave_way());
  ConnectionTable::Entry working(
      table_, others[1], [] {}, "mallory");
  working.enter(Phase::working, seconds(1));
  EXPECT_FALSE(table_.make_room_for("ben"));
  for (const int end : others)
    ::close(end);
}

TEST_F(ConnectionTableTest, TheLargestClientGetsNoRoomByItsOwnRequests) {
  ConnectionTable::Entry entry(
      table_, ends_[0], [] {}, "mallory");
  entry.enter(Phase::reading, seconds(1));
  EXPECT_FALSE(table_.make_room_for("mallory"));
  EXPECT_FALSE(table_.close_one_of("mallory"));
  entry.enter(Phase::idle, seconds(1));
  EXPECT_FALSE(table_.close_one_of("anna"));
  EXPECT_TRUE(table_.make_room_for("mallory"));
}

}  // namespace
}  // namespace shaman::http
