// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/client/outgoing_body.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "http/client/line_meter.hpp"

namespace shaman::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Sent {
  std::string bytes;
  std::uint64_t content = 0;
  std::size_t pieces = 0;
};

result<Sent> sent(OutgoingBody& body, std::size_t room_size) {
  std::string room(room_size, '\0');
  Sent all;
  while (!body.is_done()) {
    const auto piece = body.next(std::as_writable_bytes(std::span(room)));
    if (!piece) return piece.error();
    all.bytes.append(room, 0, piece->bytes);
    all.content += piece->content;
    ++all.pieces;
  }
  return all;
}

TEST(OutgoingBody, IsTheContentWithoutALevel) {
  TextBody text("some content");
  OutgoingBody body(text, 12, std::nullopt);
  const auto all = sent(body, OutgoingBody::kLeastRoom);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->bytes, "some content");
  EXPECT_EQ(all->content, 12U);
}

TEST(OutgoingBody, OfNothingIsDoneUnlessItIsCompressed) {
  TextBody text("");
  EXPECT_TRUE(OutgoingBody(text, 0, std::nullopt).is_done());
  OutgoingBody body(text, 0, 3);
  EXPECT_FALSE(body.is_done());
  const auto all = sent(body, OutgoingBody::kLeastRoom);
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->bytes.ends_with("\r\n0\r\n\r\n"));
  EXPECT_EQ(all->content, 0U);
}

TEST(OutgoingBody, CountsTheContentAndFitsAnyRoom) {
  std::string content;
  for (int i = 0; i < 40'000; ++i)
    content += std::to_string(i * 7919 % 10'007);
  for (const std::size_t room :
       {OutgoingBody::kLeastRoom, std::size_t{1000}, std::size_t{1} << 18}) {
    TextBody text(content);
    OutgoingBody body(text, content.size(), 3);
    const auto all = sent(body, room);
    ASSERT_TRUE(all);
    EXPECT_EQ(all->content, content.size());
    EXPECT_LT(all->bytes.size(), content.size());
    // Never a chunk of no bytes but the last.
    EXPECT_EQ(all->bytes.find("00000000\r\n"), std::string::npos);
  }
}

TEST(OutgoingBody, MovesEvenIfNothingIsLeftOfTheContent) {
  TextBody text(std::string(std::size_t{20} << 20, '\0'));
  OutgoingBody body(text, std::uint64_t{20} << 20, 3);
  const auto all = sent(body, std::size_t{1} << 18);
  ASSERT_TRUE(all);
  EXPECT_LT(all->bytes.size(), 20'000U);
  EXPECT_GE(all->pieces, 8U);
}

TEST(OutgoingBody, NoticesThatTheContentIsShorter) {
  for (const std::optional<int> level : {std::optional<int>(), std::optional(3)}) {
    TextBody text("short");
    OutgoingBody body(text, 6, level);
    const auto all = sent(body, 1000);
    ASSERT_FALSE(all);
    EXPECT_EQ(all.error().code, errc::changed_while_read);
  }
}

constexpr LineMeter::Clock::time_point kBegin{};

TEST(LineMeter, KnowsNothingAtFirst) {
  LineMeter line;
  EXPECT_EQ(line.bytes_per_second(kBegin), std::nullopt);
}

TEST(LineMeter, BelievesThatFarServersAreBehindASlowLineUntilEnoughWasSent) {
  LineMeter line;
  line.assume_far();
  EXPECT_TRUE(line.bytes_per_second(kBegin));
  line.moved(100'000'000);
  EXPECT_EQ(line.bytes_per_second(kBegin + seconds(1)), std::nullopt);
}

TEST(LineMeter, CountsTheTimeInWhichAnyConnectionWaits) {
  LineMeter line;
  line.moved(1'000'000);
  line.begin_waiting(kBegin);
  line.begin_waiting(kBegin + milliseconds(100));
  line.end_waiting(kBegin + milliseconds(400));
  EXPECT_DOUBLE_EQ(*line.bytes_per_second(kBegin + milliseconds(500)), 2e6);
  line.end_waiting(kBegin + milliseconds(1000));
  EXPECT_DOUBLE_EQ(*line.bytes_per_second(kBegin + seconds(9)), 1e6);
}

TEST(LineMeter, FindsALineFastIfSocketsAreSeldomWaitedFor) {
  LineMeter line;
  line.moved(500'000'000);
  line.begin_waiting(kBegin);
  line.end_waiting(kBegin + milliseconds(50));
  EXPECT_EQ(line.bytes_per_second(kBegin + seconds(1)), std::nullopt);
}

TEST(LineMeter, ForgetsWhatWasLongAgo) {
  LineMeter line;
  auto now = kBegin;
  const auto go_on = [&](std::uint64_t rate, int times) {
    for (int second = 0; second < times; ++second) {
      line.begin_waiting(now);
      line.moved(rate);
      line.end_waiting(now += seconds(1));
    }
  };
  go_on(1'000'000, 60);
  go_on(100'000'000, 60);
  EXPECT_GT(*line.bytes_per_second(now), 9e7);
}

}  // namespace
}  // namespace shaman::client
