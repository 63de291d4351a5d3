// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/upload/compression.hpp"

#include <random>

#include <gtest/gtest.h>

#include "temporary_folder.hpp"

namespace shaman::client {
namespace {

constexpr double kSlow = 2.5e6;     // 20 Mbit/s
constexpr double kGigabit = 118e6;  // bytes a second
constexpr double kLoopback = 2e9;
constexpr CompressionTrial kBlend{0.1, 300e6};
constexpr CompressionTrial kPhoto{0.99, 400e6};
constexpr CompressionTrial kHalf{0.75, 200e6};

TEST(Compression, IsForSlowLinesAndWhatBecomesSmaller) {
  EXPECT_TRUE(is_worth_compressing(kBlend, {1000, kSlow}));
  EXPECT_TRUE(is_worth_compressing(kHalf, {1000, kSlow}));
  EXPECT_FALSE(is_worth_compressing(kPhoto, {1000, kSlow}));
  EXPECT_FALSE(is_worth_compressing(kBlend, {1000, kLoopback}));
  EXPECT_FALSE(is_worth_compressing(kHalf, {1000, kGigabit}));
}

TEST(Compression, GivesUpResumingOnlyForAClearGain) {
  const std::uint64_t large = std::uint64_t{300} << 20;
  EXPECT_TRUE(is_worth_compressing(kBlend, {large, kSlow, true}));
  EXPECT_FALSE(is_worth_compressing(kHalf, {large, kSlow, true}));
  // Not for what takes so long that losing it would hurt.
  EXPECT_FALSE(is_worth_compressing(kBlend, {std::uint64_t{300} << 30, kSlow, true}));
}

std::vector<std::byte> noise(std::size_t size) {
  std::mt19937 randomness(1);
  std::vector<std::byte> bytes(size);
  for (std::byte& byte : bytes)
    byte = static_cast<std::byte>(randomness());
  return bytes;
}

TEST(Compression, TrialTellsNoiseFromText) {
  EXPECT_LT(try_compression(std::vector<std::byte>(100'000), 3).ratio, 0.01);
  EXPECT_GT(try_compression(noise(100'000), 3).ratio, 0.99);
  EXPECT_EQ(try_compression({}, 3).ratio, 1);
}

class CompressionOfFiles : public testing::Test {
 protected:
  Payload payload(const std::string& name, std::span<const std::byte> content) {
    Payload payload;
    payload.id.size = content.size();
    payload.state.path =
        folder_.write(name, {reinterpret_cast<const char*>(content.data()), content.size()});
    payload.state.info.size = content.size();
    return payload;
  }
  static std::optional<int> level(const LineMeter& line, const Payload& payload,
                                  const RateLimit* rate = nullptr) {
    const Payload* const one = &payload;
    return Compression(line, rate).level_for({&one, 1}, false);
  }

  test::TemporaryFolder folder_;
};

TEST_F(CompressionOfFiles, NeedsALineThatIsKnownToBeSlow) {
  const Payload text = payload("text", std::vector<std::byte>(200'000));
  LineMeter line;
  EXPECT_EQ(level(line, text), std::nullopt);
  line.assume_far();
  EXPECT_EQ(level(line, text), Compression::kLevel);
}

TEST_F(CompressionOfFiles, TakesALimitForTheLine) {
  const Payload text = payload("text", std::vector<std::byte>(200'000));
  const RateLimit rate(1'000'000);
  EXPECT_EQ(level(LineMeter(), text, &rate), Compression::kLevel);
}

TEST_F(CompressionOfFiles, LooksPastTheHeadOfAFile) {
  LineMeter line;
  line.assume_far();
  std::vector<std::byte> content(64 * 1024);
  const std::vector<std::byte> rest = noise(2'000'000);
  content.insert(content.end(), rest.begin(), rest.end());
  EXPECT_EQ(level(line, payload("picture", content)), std::nullopt);
}

TEST_F(CompressionOfFiles, LeavesTinyAndUnreadableFilesAlone) {
  LineMeter line;
  line.assume_far();
  EXPECT_EQ(level(line, payload("tiny", std::vector<std::byte>(100))), std::nullopt);
  Payload gone = payload("gone", std::vector<std::byte>(200'000));
  gone.state.path += "-elsewhere";
  EXPECT_EQ(level(line, gone), std::nullopt);
}

}  // namespace
}  // namespace shaman::client
