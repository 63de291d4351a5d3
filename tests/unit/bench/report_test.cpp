// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/figures/report.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace shaman::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Metric rate(std::string_view id, std::vector<std::string_view> limits = {},
            std::optional<Target> target = {}) {
  return {.id = id,
          .label = id,
          .unit = Unit::per_second,
          .better = Better::higher,
          .limits = std::move(limits),
          .target = target};
}

Metric duration(std::string_view id, std::vector<std::string_view> limits = {},
                std::optional<Target> target = {}) {
  Metric metric = rate(id, std::move(limits), target);
  metric.unit = Unit::seconds;
  metric.better = Better::lower;
  return metric;
}

TEST(MakeRows, TakesMediansAndKeepsSamples) {
  const std::vector<Metric> metrics{rate("a")};
  Samples samples;
  for (const double value : {5.0, 1.0, 3.0})
    samples.add("a", value);
  const std::vector<Row> rows = make_rows(metrics, metrics, samples);
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].value, 3);
  EXPECT_THAT(rows[0].samples, ElementsAre(5, 1, 3));
  EXPECT_EQ(rows[0].limit, nullptr);
  EXPECT_FALSE(rows[0].met.has_value());
}

TEST(MakeRows, LeavesOutWhatWasNotMeasured) {
  const std::vector<Metric> metrics{rate("a")};
  EXPECT_THAT(make_rows(metrics, metrics, Samples()), IsEmpty());
}

TEST(MakeRows, ComparesARateWithItsLowestLimit) {
  const std::vector<Metric> all{
      rate("disk"), rate("cpu"), rate("not measured"),
      rate("a", {"disk", "cpu", "not measured"}, Target{Target::Of::limit, 0.9})};
  Samples samples;
  samples.add("disk", 100);
  samples.add("cpu", 50);
  samples.add("a", 46);
  const std::vector<Row> rows = make_rows(std::span(all).last(1), all, samples);
  ASSERT_THAT(rows, SizeIs(1));
  ASSERT_NE(rows[0].limit, nullptr);
  EXPECT_EQ(rows[0].limit->id, "cpu");
  EXPECT_EQ(rows[0].limit_value, 50);
  EXPECT_DOUBLE_EQ(rows[0].ratio.value(), 0.92);
  EXPECT_EQ(rows[0].met, true);
}

TEST(MakeRows, ComparesADurationWithItsLongestLimit) {
  const std::vector<Metric> all{duration("links"), duration("flush"),
                                duration("a", {"links", "flush"}, Target{Target::Of::limit, 1.4})};
  Samples samples;
  samples.add("links", 1);
  samples.add("flush", 2);
  samples.add("a", 3);
  const std::vector<Row> rows = make_rows(std::span(all).last(1), all, samples);
  EXPECT_EQ(rows.at(0).limit->id, "flush");
  EXPECT_DOUBLE_EQ(rows.at(0).ratio.value(), 1.5);
  EXPECT_EQ(rows.at(0).met, false);
}

TEST(MakeRows, ComparesAFigureWithATargetInItsOwnUnit) {
  const std::vector<Metric> all{duration("a", {}, Target{Target::Of::figure, 0.06})};
  Samples samples;
  samples.add("a", 0.05);
  EXPECT_EQ(make_rows(all, all, samples).at(0).met, true);
  samples.add("a", 0.08);
  samples.add("a", 0.07);
  EXPECT_EQ(make_rows(all, all, samples).at(0).met, false);
}

TEST(MakeRows, SaysNothingOfATargetWhoseLimitWasNotMeasured) {
  const std::vector<Metric> all{rate("a", {"gone"}, Target{Target::Of::limit, 0.9})};
  Samples samples;
  samples.add("a", 1);
  const Row row = make_rows(all, all, samples).at(0);
  EXPECT_FALSE(row.ratio.has_value());
  EXPECT_FALSE(row.met.has_value());
}

TEST(DescribeTarget, NamesDirectionAndUnit) {
  EXPECT_EQ(describe_target(rate("a", {"b"}, Target{Target::Of::limit, 0.9})), "≥ 0.90 × limit");
  EXPECT_EQ(describe_target(duration("a", {}, Target{Target::Of::figure, 0.06})), "≤ 60.0 ms");
  EXPECT_EQ(describe_target(rate("a")), "");
}

TEST(RenderParts, ShowsFigureLimitRatioTargetAndVerdict) {
  const std::vector<Metric> all{rate("limit"),
                                rate("a", {"limit"}, Target{Target::Of::limit, 0.9})};
  Samples samples;
  samples.add("limit", 100);
  samples.add("a", 50);
  const std::string text = render_parts(make_rows(std::span(all).last(1), all, samples));
  EXPECT_THAT(text,
              HasSubstr("| a    | 50.0 /s | limit |     100 /s | 0.50 × | ≥ 0.90 × limit |  NO |"));
}

TEST(ToJson, HasOnlyWhatIsKnown) {
  const std::vector<Metric> all{rate("limit"),
                                rate("a", {"limit"}, Target{Target::Of::limit, 0.5})};
  Samples samples;
  samples.add("limit", 100);
  samples.add("a", 50);
  const std::vector<Row> rows = make_rows(all, all, samples);
  EXPECT_EQ(to_json(rows.at(0)), nlohmann::json({{"id", "limit"},
                                                 {"label", "limit"},
                                                 {"unit", "1/s"},
                                                 {"value", 100.0},
                                                 {"samples", {100.0}}}));
  const nlohmann::json json = to_json(rows.at(1));
  EXPECT_EQ(json.at("limit"), "limit");
  EXPECT_EQ(json.at("limitValue"), 100.0);
  EXPECT_EQ(json.at("ratio"), 0.5);
  EXPECT_EQ(json.at("target"), nlohmann::json({{"of", "limit"}, {"value", 0.5}}));
  EXPECT_EQ(json.at("met"), true);
}

}  // namespace
}  // namespace shaman::bench
