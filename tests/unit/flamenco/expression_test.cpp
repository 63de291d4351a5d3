// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/job/expression.hpp"

#include <gtest/gtest.h>

namespace shaman::manager {
namespace {

using nlohmann::json;

std::string value_of(std::string_view expression) {
  Names names;
  names.value = [](std::string_view name) -> Names::Value {
    if (name == "a.b") return json(7);
    if (name == "half") return json(0.5);
    if (name == "name") return json("x");
    return std::nullopt;
  };
  names.call = [](std::string_view name, std::span<const json> arguments) -> Names::Value {
    if (name != "join") return std::nullopt;
    std::string all;
    for (const json& each : arguments)
      all += each.dump();
    return json(all);
  };
  const auto value = evaluate_python(expression, names);
  return value ? value->dump() : "none";
}

TEST(Expression, ComputesAsPythonDoes) {
  EXPECT_EQ(value_of("1 + 2 * 3 - (4 - 5)"), "8");
  EXPECT_EQ(value_of("7 / 2"), "3.5");
  EXPECT_EQ(value_of("-7 // 2"), "-4");
  EXPECT_EQ(value_of("-7 % 3"), "2");
  EXPECT_EQ(value_of("4 / 2"), "2.0");
  EXPECT_EQ(value_of("a.b * half"), "3.5");
  EXPECT_EQ(value_of("int(7.9) + round(2.5)"), "9");
  EXPECT_EQ(value_of("--1"), "1");
}

TEST(Expression, StringsAndFields) {
  EXPECT_EQ(value_of(R"('a' + "b")"), R"("ab")");
  EXPECT_EQ(value_of("f'{a.b}-{name}{{}}'"), R"("7-x{}")");
  EXPECT_EQ(value_of("f'{a.b + 1}'"), R"("8")");
  EXPECT_EQ(value_of(R"('it\'s')"), R"("it's")");
  EXPECT_EQ(value_of("str(a.b) + str(True)"), R"("7True")");
  EXPECT_EQ(value_of("join( 'a', 1 )"), R"("\"a\"1")");
}

TEST(Expression, WhatIsNotUnderstoodIsNothing) {
  for (const char* const expression : {"",
                                       "nobody",
                                       "a.b.c",
                                       "a.b[0]",
                                       "join('a').upper()",
                                       "1 if True else 2",
                                       "2 ** 3",
                                       "1 / 0",
                                       "f'{a.b:04}'",
                                       "f'{a.b!r}'",
                                       "'open",
                                       "(1",
                                       "1)",
                                       "lambda: 1",
                                       "1 + 'a'",
                                       "f'{'",
                                       "f'}'",
                                       "9223372036854775807 + 1",
                                       "'\\n'",
                                       "len(name)",
                                       "1,2"})
    EXPECT_EQ(value_of(expression), "none") << expression;
}

TEST(Expression, NestingIsBounded) {
  EXPECT_EQ(value_of(std::string(100'000, '(') + "1"), "none");
  EXPECT_EQ(value_of(std::string(100'000, '-') + "1"), "none");
  EXPECT_EQ(value_of(std::string(20, '(') + "1" + std::string(20, ')')), "1");
}

}  // namespace
}  // namespace shaman::manager
