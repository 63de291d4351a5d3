// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/parameters.hpp"

#include <string>

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

TEST(Parameters, ReadsAddressesOfFiles) {
  const auto id = parse_blob_id(std::string(64, 'A'), "0");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->digest.hex(), std::string(64, 'a'));
  EXPECT_EQ(id->size, 0U);
  EXPECT_EQ(parse_blob_id(std::string(64, '0'), "9223372036854775807")->size, 9223372036854775807U);
}

TEST(Parameters, RefusesOtherAddresses) {
  for (const char* size :
       {"", "-1", "+1", "1.5", " 1", "1 ", "0x10", "9223372036854775808", "99999999999999999999"}) {
    const auto id = parse_blob_id(std::string(64, 'a'), size);
    ASSERT_FALSE(id) << size;
    EXPECT_EQ(id.error().code, errc::invalid_argument);
  }
  for (const std::string& sha : {std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'g')})
    EXPECT_FALSE(parse_blob_id(sha, "1")) << sha;
}

TEST(Parameters, KnowsEveryYes) {
  for (const char* yes : {"1", "t", "T", "true", "True", "TRUE"})
    EXPECT_TRUE(is_yes(yes)) << yes;
  for (const char* no : {"", "0", "f", "false", "False", "yes", "tRUE", "1 "})
    EXPECT_FALSE(is_yes(no)) << no;
}

}  // namespace
}  // namespace shaman::http
