// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/judgement/strict_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shaman::proxy {
namespace {

using testing::HasSubstr;

std::string rewritten(std::string_view text) {
  const auto value = parse_strict_json(text);
  return value ? to_text(*value) : "refused: " + value.error().message();
}

TEST(StrictJson, KeepsTheOrderAndEveryNumberAsItWasWritten) {
  for (const char* const text :
       {R"({"z":1.0,"a":1e2,"m":12345678901234567890,"n":-0,"o":0.10,"p":1E+2,"q":5e-324})",
        R"([true,false,null,"",[],{},[[]],{"":{}}])", "1", "\"x\"", "null"})
    EXPECT_EQ(rewritten(text), text);
}

TEST(StrictJson, WritesStringsInOneWay) {
  EXPECT_EQ(
      rewritten(R"(["A","\/","\n\t\b\f\r","\"\\","ü","😀","\u2028"])"),
      "[\"A\",\"/\",\"\\u000a\\u0009\\u0008\\u000c\\u000d\",\"\\\"\\\\\",\"ü\",\"😀\",\"\u2028\"]");
  EXPECT_EQ(rewritten(" { \"a\" :\t[ 1 , 2 ]\r\n} "), R"({"a":[1,2]})");
  EXPECT_EQ(rewritten(R"("\u0020")"), R"(" ")");
}

TEST(StrictJson, WhatItWritesIsUnderstoodTheSame) {
  const std::string once = rewritten(R"({"k\u212a":"\ud83d\ude00\u0000\u001f","n":1.50e+01})");
  EXPECT_EQ(rewritten(once), once);
}

TEST(StrictJson, NothingElseIsJson) {
  for (const std::string_view text : {
           std::string_view(""),
           std::string_view(" "),
           std::string_view("{"),
           std::string_view("[1"),
           std::string_view("[1,]"),
           std::string_view("{\"a\":1,}"),
           std::string_view("{a:1}"),
           std::string_view("{'a':1}"),
           std::string_view("{\"a\" 1}"),
           std::string_view("{\"a\":}"),
           std::string_view("{\"a\"}"),
           std::string_view("{} x"),
           std::string_view("{}{}"),
           std::string_view("{}\0", 3),
           std::string_view("// x\n{}"),
           std::string_view("nul"),
           std::string_view("True"),
           std::string_view("NaN"),
           std::string_view("Infinity"),
           std::string_view("01"),
           std::string_view("1."),
           std::string_view(".5"),
           std::string_view("+1"),
           std::string_view("-"),
           std::string_view("1e"),
           std::string_view("0x1"),
           std::string_view("1e999"),
           std::string_view("-1e999"),
           std::string_view("1e-999"),
           std::string_view("\"\t\""),
           std::string_view("\"\\x\""),
           std::string_view("\"\\u12\""),
           std::string_view("\"\\u-123\""),
           std::string_view("\"x"),
           std::string_view("\"\\"),
           std::string_view("\"\\ud800\""),
           std::string_view("\"\\udc00\""),
           std::string_view("\"\\ud800\\u0041\""),
           std::string_view("\"\\ud800x\""),
           std::string_view("\"\xff\""),
           std::string_view("\"\xed\xa0\x80\""),
           std::string_view("\"\xc0\xae\""),
           std::string_view("\xef\xbb\xbf{}"),
           std::string_view("{\"a\":1,\"a\":1}"),
           std::string_view("[{\"x\":{\"a\":1,\"\\u0061\":2}}]"),
           std::string_view("\v{}"),
           std::string_view("\xc2\xa0{}"),
       })
    EXPECT_THAT(rewritten(text), HasSubstr("refused: the JSON ")) << text;
}

TEST(StrictJson, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(rewritten("{\"a\":01}"),
            "refused: the JSON is wrong at byte 7: expected a comma or the end of the object");
  EXPECT_EQ(rewritten("{\"a\":1,\"a\":2}"),
            "refused: the JSON is wrong at byte 14: the object that ends here has the member \"a\" "
            "twice");
}

TEST(StrictJson, IsBounded) {
  const JsonLimits limits{3, 5, 8};
  EXPECT_TRUE(parse_strict_json("[[[1]]]", limits));
  EXPECT_FALSE(parse_strict_json("[[[[]]]]", limits));
  EXPECT_TRUE(parse_strict_json("[1,2,3,4]", limits));
  EXPECT_FALSE(parse_strict_json("[1,2,3,4,5]", limits));
  EXPECT_TRUE(parse_strict_json("12345678", limits));
  EXPECT_FALSE(parse_strict_json("123456789", limits));
  EXPECT_FALSE(parse_strict_json(std::string(1'000'000, '[')));
}

TEST(StrictJson, MembersAreFoundByTheirExactNames) {
  auto value = parse_strict_json(R"({"a":1,"b":"x","A":2})");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->find("A")->text, "2");
  EXPECT_EQ(value->find("c"), nullptr);
  value->set("a", JsonValue::string("new"));
  value->set("c", JsonValue::object());
  value->remove("b");
  EXPECT_EQ(to_text(*value), R"({"a":"new","A":2,"c":{}})");
}

TEST(StrictJson, NamesAreFoldedAsGoFoldsThem) {
  for (const char* const name : {"storage", "Storage", "STORAGE", "\u017ftorage", "\u017fTORAGE"})
    EXPECT_TRUE(is_field_name(name, "storage")) << name;
  EXPECT_TRUE(is_field_name("worKer_tag", "worker_tag"));
  EXPECT_TRUE(is_field_name("wor\u212aer_tag", "worker_tag"));
  for (const char* const name : {"", "storag", "storage ", "storagé", "st\u00f8rage", "_storage"})
    EXPECT_FALSE(is_field_name(name, "storage")) << name;
  EXPECT_FALSE(is_field_name("worker-tag", "worker_tag"));
  EXPECT_FALSE(is_field_name("pr\u0131ority", "priority"));
}

}  // namespace
}  // namespace shaman::proxy
