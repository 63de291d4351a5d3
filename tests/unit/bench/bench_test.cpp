// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/bench.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shaman::bench {
namespace {

using ::testing::ElementsAre;

TEST(AllBenches, HaveNamesAndMetricsOfTheirOwn) {
  std::set<std::string_view> names;
  std::set<std::string_view> metrics;
  for (const Bench* bench : all_benches()) {
    EXPECT_TRUE(names.insert(bench->name).second) << bench->name;
    EXPECT_FALSE(bench->metrics.empty()) << bench->name;
    for (const Metric& metric : bench->metrics)
      EXPECT_TRUE(metrics.insert(metric.id).second) << metric.id;
  }
}

TEST(AllBenches, AreComparedWithLimitsOfTheSameUnitThatExist) {
  std::map<std::string_view, Unit> units;
  for (const Bench* bench : all_benches()) {
    for (const Metric& metric : bench->metrics)
      units.emplace(metric.id, metric.unit);
  }
  for (const Bench* bench : all_benches()) {
    for (const Metric& metric : bench->metrics) {
      for (const std::string_view limit : metric.limits) {
        ASSERT_TRUE(units.contains(limit)) << metric.id << " " << limit;
        EXPECT_EQ(units.at(limit), metric.unit) << metric.id << " " << limit;
      }
      const bool has_limit_target = metric.target && metric.target->of == Target::Of::limit;
      EXPECT_FALSE(has_limit_target && metric.limits.empty()) << metric.id;
    }
  }
}

class SelectBenches : public ::testing::Test {
 protected:
  static Bench make(std::string_view name, Bench::Kind kind, std::string_view metric,
                    std::vector<std::string_view> limits = {}) {
    return {name, kind, "", {{.id = metric, .label = "", .limits = std::move(limits)}}, nullptr};
  }

  [[nodiscard]] std::vector<std::string_view> select(const std::vector<std::string>& names) const {
    std::vector<std::string_view> selected;
    for (const Bench* bench : select_benches(all_, names))
      selected.push_back(bench->name);
    return selected;
  }

  const Bench disk_ = make("disk", Bench::Kind::limit, "write");
  const Bench uploads_ = make("uploads", Bench::Kind::part, "upload", {"write"});
  const Bench echo_ = make("echo", Bench::Kind::limit, "round trip");
  const Bench status_ = make("status", Bench::Kind::part, "call", {"round trip"});
  const std::vector<const Bench*> all_{&disk_, &uploads_, &echo_, &status_};
};

TEST_F(SelectBenches, TakesAllWithoutNames) {
  EXPECT_THAT(select({}), ElementsAre("disk", "uploads", "echo", "status"));
}

TEST_F(SelectBenches, AddsTheLimitsThatThePartsAreComparedWith) {
  EXPECT_THAT(select({"status"}), ElementsAre("echo", "status"));
  EXPECT_THAT(select({"disk"}), ElementsAre("disk"));
}

TEST_F(SelectBenches, NamesTheOneThatDoesNotExist) {
  EXPECT_THROW(
      {
        try {
          (void)select({"status", "nonsense"});
        } catch (const std::invalid_argument& error) {
          EXPECT_STREQ(error.what(), "there is no bench nonsense");
          throw;
        }
      },
      std::invalid_argument);
}

}  // namespace
}  // namespace shaman::bench
