// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdlib>

#include <gtest/gtest.h>

#include "config/sources.hpp"
#include "example_table.hpp"

namespace shaman::config {
namespace {

class EnvironmentTest : public testing::Test {
 protected:
  void set(const char* name, const char* value) {
    ::setenv(name, value, 1);
    names_.emplace_back(name);
  }
  ~EnvironmentTest() override {
    for (const std::string& name : names_)
      ::unsetenv(name.c_str());
  }
  std::vector<std::string> names_;
  Example example_;
  Table table_ = example_.table();
};

TEST_F(EnvironmentTest, OptionsAreRead) {
  set("SHAMAN_GC_MAX_AGE", "31d");
  set("SHAMAN_PLACES", "a=b,c=d");
  const Given given = read_environment(table_, {});
  EXPECT_TRUE(given.problems.empty());
  EXPECT_TRUE(table_.apply(given.assignments).empty());
  EXPECT_EQ(example_.max_age, std::chrono::hours(744));
  EXPECT_EQ(example_.places, (Values{"a=b", "c=d"}));
}

TEST_F(EnvironmentTest, TwoNamesOfAnOptionMustAgree) {
  set("SHAMAN_GC_MAX_AGE", "31d");
  set("SHAMAN_GC_AGE", "1h");
  const Given given = read_environment(table_, {});
  ASSERT_EQ(given.problems.size(), 1U);
  EXPECT_EQ(given.problems[0].message(),
            "gc.max-age has two values, \"31d\" (SHAMAN_GC_MAX_AGE) and \"1h\" (SHAMAN_GC_AGE, by "
            "its former name gc.age): remove one of them");
}

TEST_F(EnvironmentTest, AMisspeltOptionIsAProblemAndOtherNamesAreNot) {
  set("SHAMAN_GC_MAXAGE", "31d");
  set("SHAMAN_STORAGES", "x");
  set("SHAMAN_COMPLETELY_DIFFERENT", "x");
  const Given given = read_environment(table_, {"SHAMAN_STORAGES"});
  ASSERT_EQ(given.problems.size(), 1U);
  EXPECT_EQ(given.problems[0].message(),
            "SHAMAN_GC_MAXAGE: there is no such option; did you mean SHAMAN_GC_MAX_AGE?");
}

}  // namespace
}  // namespace shaman::config
