// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/structured_field.hpp"

#include <string>

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

// All of these are well-formed, and mean nothing.
constexpr const char* kParameters[] = {
    "",         ";a",           ";a=1",         "; a=-1.5",    ";a;b=?0;c",
    ";a=tok/x", ";a=\"q\\\"\"", ";a=:YWI=:",    ";a=@1700000", ";a=%\"%c3%a4\"",
    ";*a=*",    ";a=1;a=2",     ";a-b_c.d*=t:u"};

// None of these may come after a value.
constexpr const char* kNoParameters[] = {";",
                                         ";A",
                                         ";1=a",
                                         ";a=",
                                         ";a=\"open",
                                         ";a=\"\\n\"",
                                         ";a=:YWI",
                                         ";a=?2",
                                         ";a=1.",
                                         ";a=1.2345",
                                         ";a=1234567890123.4",
                                         " ;a",
                                         ";a =1",
                                         ";a= 1",
                                         ",",
                                         ", ?1",
                                         "x",
                                         ";a=%\"%C3\"",
                                         ";a=1234567890123456",
                                         ";a=@1.5",
                                         "\t"};

TEST(StructuredField, BooleansAreExact) {
  EXPECT_EQ(parse_boolean_item("?1"), true);
  EXPECT_EQ(parse_boolean_item("?0"), false);
  EXPECT_EQ(parse_boolean_item("  ?1  "), true);
  for (const char* text : {"", "1", "0", "true", "?", "?2", "?1?0", "??1", "? 1", "?1, ?0",
                           "\"?1\"", "?01", "?true", "\t?1"})
    EXPECT_EQ(parse_boolean_item(text), std::nullopt) << text;
}

TEST(StructuredField, IntegersHaveAtMostFifteenDigits) {
  EXPECT_EQ(parse_integer_item("0"), 0);
  EXPECT_EQ(parse_integer_item("-0"), 0);
  EXPECT_EQ(parse_integer_item("007"), 7);
  EXPECT_EQ(parse_integer_item("-12"), -12);
  EXPECT_EQ(parse_integer_item(" 999999999999999 "), 999999999999999);
  for (const char* text : {"", "-", "+1", "1000000000000000", "1.0", "1.", "0x10", "1 2", "1,2",
                           "--1", "- 1", "a", "?1", "@5"})
    EXPECT_EQ(parse_integer_item(text), std::nullopt) << text;
}

TEST(StructuredField, ParametersMeanNothingButMustBeWellFormed) {
  for (const char* parameters : kParameters) {
    EXPECT_EQ(parse_boolean_item("?1" + std::string(parameters)), true) << parameters;
    EXPECT_EQ(parse_integer_item("42" + std::string(parameters)), 42) << parameters;
  }
  for (const char* wrong : kNoParameters) {
    EXPECT_EQ(parse_boolean_item("?1" + std::string(wrong)), std::nullopt) << wrong;
    EXPECT_EQ(parse_integer_item("42" + std::string(wrong)), std::nullopt) << wrong;
  }
}

TEST(StructuredField, TakesNulsForWhatTheyAre) {
  EXPECT_EQ(parse_boolean_item(std::string_view("?1\0", 3)), std::nullopt);
  EXPECT_EQ(parse_integer_item(std::string_view("4\0", 2)), std::nullopt);
  EXPECT_EQ(parse_integer_item(std::string_view("4;a=\"\0\"", 7)), std::nullopt);
}

}  // namespace
}  // namespace shaman::http
