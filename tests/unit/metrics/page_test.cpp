// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/metrics/page.hpp"

#include <array>

#include <gtest/gtest.h>

namespace shaman::metrics {
namespace {

bool has(const std::string& text, std::string_view line) {
  return ("\n" + text).find("\n" + std::string(line) + "\n") != std::string::npos;
}

TEST(Page, GroupsWhatHasOneName) {
  Page page;
  page.counter("a_total", "Of a.", 1, {{"kind", "x"}});
  page.gauge("b", "Of b.", 2.5);
  page.counter("a_total", "Of a.", 3, {{"kind", "y"}});
  const std::string text = page.text();
  EXPECT_EQ(text.find("# HELP a_total Of a.\n# TYPE a_total counter\n"), 0U);
  EXPECT_EQ(text.find("# HELP", 1), text.find("# HELP b"));
  EXPECT_TRUE(has(text, "a_total{kind=\"x\"} 1"));
  EXPECT_TRUE(has(text, "a_total{kind=\"y\"} 3"));
  EXPECT_TRUE(has(text, "b 2.5"));
}

TEST(Page, LargeCountsAreExact) {
  Page page;
  page.counter("bytes_total", "Bytes.", 9'007'199'254'740'991.0);
  EXPECT_TRUE(has(page.text(), "bytes_total 9007199254740991"));
}

TEST(Page, LabelsCannotEndALine) {
  Page page;
  page.gauge("a", "A.", 1, {{"kind", "x\"\n\\"}});
  EXPECT_TRUE(has(page.text(), "a{kind=\"x\\\"\\n\\\\\"} 1"));
}

TEST(Page, DistributionsAreCumulative) {
  static constexpr std::array<double, 2> kBounds{0.5, 2};
  Distribution values(kBounds);
  for (const double value : {0.25, 0.5, 1.0, 4.0})
    values.add(value);
  Page page;
  page.distribution("time_seconds", "Time.", values.snapshot(), {{"route", "/a"}});
  const std::string text = page.text();
  EXPECT_TRUE(has(text, "# TYPE time_seconds histogram"));
  EXPECT_TRUE(has(text, "time_seconds_bucket{route=\"/a\",le=\"0.5\"} 2"));
  EXPECT_TRUE(has(text, "time_seconds_bucket{route=\"/a\",le=\"2\"} 3"));
  EXPECT_TRUE(has(text, "time_seconds_bucket{route=\"/a\",le=\"+Inf\"} 4"));
  EXPECT_TRUE(has(text, "time_seconds_count{route=\"/a\"} 4"));
  EXPECT_TRUE(has(text, "time_seconds_sum{route=\"/a\"} 5.75"));
}

}  // namespace
}  // namespace shaman::metrics
