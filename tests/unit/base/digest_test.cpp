// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/digest.hpp"

#include <string>

#include <gtest/gtest.h>

namespace shaman {
namespace {

// FIPS 180-4 examples.
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(Digest, IsSha256) {
  EXPECT_EQ(Sha256::of("abc").hex(), kAbc);
  EXPECT_EQ(Sha256::of("").hex(), kNothing);
}

TEST(Digest, OfPiecesIsThatOfTheWholeAndTheObjectStartsAnew) {
  Sha256 hash;
  for (const char c : std::string("abc"))
    hash.update(std::as_bytes(std::span(&c, 1)));
  EXPECT_EQ(hash.finish().hex(), kAbc);
  EXPECT_EQ(hash.finish().hex(), kNothing);
}

TEST(Digest, ReadsHexOfEitherCase) {
  std::string upper = kAbc;
  for (char& c : upper)
    c = static_cast<char>(std::toupper(c));
  ASSERT_TRUE(Digest::from_hex(upper));
  EXPECT_EQ(Digest::from_hex(upper)->hex(), kAbc);
}

TEST(Digest, RefusesWhatIsNot64HexDigits) {
  const std::string good = kAbc;
  EXPECT_FALSE(Digest::from_hex(""));
  EXPECT_FALSE(Digest::from_hex(good.substr(1)));
  EXPECT_FALSE(Digest::from_hex(good + "0"));
  EXPECT_FALSE(Digest::from_hex("g" + good.substr(1)));
  EXPECT_FALSE(Digest::from_hex(std::string(64, '\0')));
}

}  // namespace
}  // namespace shaman
