// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/auth/token_file.hpp"

#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "auth/base64url.hpp"
#include "temporary_folder.hpp"

namespace shaman::auth {
namespace {

using test::TemporaryFolder;

class TokenFileTest : public testing::Test {
 protected:
  std::string read(const std::string& content) {
    std::ofstream(path_) << content;
    std::filesystem::permissions(
        path_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const auto tokens = TokenFile::read(path_);
    return tokens ? std::to_string(tokens->size()) : tokens.error().message();
  }
  TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/tokens";
};

TEST_F(TokenFileTest, WhatIsWrittenIsRead) {
  const Time until = std::chrono::system_clock::from_time_t(1'800'000'000);
  const std::vector<Token> tokens{{"Anna B.", Role::submit, until, Sha256::of("a")},
                                  {"worker 1", Role::worker, std::nullopt, Sha256::of("b")}};
  ASSERT_TRUE(TokenFile::write(path_, tokens));
  EXPECT_EQ(std::filesystem::status(path_).permissions() & std::filesystem::perms::all,
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto read = TokenFile::read(path_);
  ASSERT_TRUE(read) << read.error().message();
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ((*read)[0].name, "Anna B.");
  EXPECT_EQ((*read)[0].role, Role::submit);
  EXPECT_EQ((*read)[0].expires, until);
  EXPECT_EQ((*read)[0].digest, Sha256::of("a"));
  EXPECT_FALSE((*read)[1].expires);
}

TEST_F(TokenFileTest, ADamagedLineIsNamed) {
  const std::string good(64, 'a');
  EXPECT_EQ(read("# comment\n\n" + good + " submit never Anna\n"), "1");
  for (const std::string& line : {std::string("nonsense"), good + " submit never",
                                  good + " root never Anna", good + " nobody never Anna",
                                  good + " submit soon Anna", good.substr(1) + " submit never A"}) {
    EXPECT_NE(read("# first\n" + line + "\n").find("line 2"), std::string::npos) << line;
  }
}

TEST_F(TokenFileTest, OneThatOthersMayReadIsRefused) {
  read("");
  for (const auto more :
       {std::filesystem::perms::group_read, std::filesystem::perms::others_write}) {
    std::filesystem::permissions(path_, std::filesystem::perms::owner_read | more);
    const auto tokens = TokenFile::read(path_);
    ASSERT_FALSE(tokens);
    EXPECT_NE(tokens.error().message().find("chmod 600"), std::string::npos);
  }
}

TEST(FindToken, OnlyTheSecretOpensAndNotForEver) {
  const Time now = std::chrono::system_clock::now();
  const std::vector<Token> tokens{
      {"old", Role::admin, now - std::chrono::seconds(1), Sha256::of("old")},
      {"good", Role::submit, now + std::chrono::seconds(1), Sha256::of("good")}};
  EXPECT_EQ(find_token(tokens, "good")->name, "good");
  EXPECT_FALSE(has_expired(tokens[1], now));
  EXPECT_TRUE(has_expired(*find_token(tokens, "old"), now));
  EXPECT_EQ(find_token(tokens, "goo"), nullptr);
  EXPECT_EQ(find_token(tokens, ""), nullptr);
  EXPECT_EQ(find_token(tokens, Sha256::of("good").hex()), nullptr);
}

TEST(MakeToken, TokensAreLongAndDifferent) {
  std::set<std::string> tokens;
  for (int i = 0; i < 100; ++i)
    tokens.insert(make_token());
  EXPECT_EQ(tokens.size(), 100U);
  EXPECT_EQ(tokens.begin()->size(), 4 + 43U);
}

TEST(Base64Url, IsReadAsItIsWritten) {
  std::string bytes;
  for (int length = 0; length < 70; ++length) {
    const std::string text = to_base64url(std::as_bytes(std::span(bytes)));
    EXPECT_EQ(text.find_first_of("+/="), std::string::npos);
    EXPECT_EQ(from_base64url(text), bytes);
    bytes += static_cast<char>(length * 37);
  }
  EXPECT_FALSE(from_base64url("a"));
  EXPECT_FALSE(from_base64url("a+bc"));
  EXPECT_FALSE(from_base64url("ab=="));
}

}  // namespace
}  // namespace shaman::auth
