// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/json_writer.hpp"

#include <gtest/gtest.h>

namespace shaman {
namespace {

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonWriter, EscapesWhatMustBeEscaped) {
  EXPECT_EQ(json_string(""), "\"\"");
  EXPECT_EQ(json_string("a/b ü 🙂"), "\"a/b ü 🙂\"");
  EXPECT_EQ(json_string("\"\\\n\r\t\x01\x1f\x7f"), "\"\\\"\\\\\\n\\r\\t\\u0001\\u001f\x7f\"");
  EXPECT_EQ(json_string(std::string_view("\0", 1)), "\"\\u0000\"");
}

TEST(JsonWriter, IsValidUtf8WhateverItIsGiven) {
  EXPECT_EQ(json_string("a\xff"
                        "b"),
            "\"a\xEF\xBF\xBD"
            "b\"");
  EXPECT_EQ(json_string("\xc3"), "\"\xEF\xBF\xBD\"");
  EXPECT_EQ(json_string("ü\x80\""), "\"ü\xEF\xBF\xBD\\\"\"");
}

TEST(JsonWriter, WritesObjects) {
  std::string out;
  JsonObject(out)
      .text("a", "x")
      .number("b", 18446744073709551615U)
      .boolean("c", false)
      .raw("d", "[]");
  EXPECT_EQ(out, R"({"a":"x","b":18446744073709551615,"c":false,"d":[]})");
}

}  // namespace
}  // namespace shaman
