// SPDX-License-Identifier: GPL-3.0-or-later
#include "trace/names/gaps.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace shaman::trace {
namespace {

std::string gap_warning(const std::vector<std::string>& files) {
  return trace::gap_warning(files, files);
}

using testing::HasSubstr;
using testing::IsEmpty;

TEST(GapWarning, NamesTheFramesThatAreNotThere) {
  EXPECT_EQ(
      gap_warning({"/p/f_0001.png", "/p/f_0003.png", "/p/f_0004.png"}),
      "the image sequence of \"/p/f_0001.png\" has gaps: \"f_0002.png\" does not exist; check "
      "that the scene does not show it");
}

TEST(GapWarning, CountsWhatItDoesNotName) {
  EXPECT_THAT(gap_warning({"/p/f_0001.png", "/p/f_0010.png"}),
              HasSubstr("\"f_0002.png\", \"f_0003.png\", \"f_0004.png\" and 5 more do not exist"));
  EXPECT_THAT(gap_warning({"/p/f1.png", "/p/f4294967295.png"}), HasSubstr("and 4294967290 more"));
}

TEST(GapWarning, IsAboutTheWantedPart) {
  const std::vector<std::string> files{"/p/f_01.png", "/p/f_03.png", "/p/f_04.png", "/p/f_06.png"};
  EXPECT_THAT(trace::gap_warning(files, {"/p/f_03.png", "/p/f_04.png"}), IsEmpty());
  EXPECT_THAT(trace::gap_warning(files, {}), IsEmpty());
  EXPECT_THAT(trace::gap_warning(files, {"/p/f_06.png", "/p/f_03.png"}),
              HasSubstr("\"f_05.png\" does not exist"));
  // Excluded, which is not missing.
  EXPECT_THAT(trace::gap_warning(files, {"/p/f_01.png", "/p/f_04.png"}),
              HasSubstr("\"f_02.png\" does not exist"));
}

TEST(GapWarning, IsEmptyForAWholeSequence) {
  EXPECT_THAT(gap_warning({"/p/f_0001.png", "/p/f_0002.png"}), IsEmpty());
  EXPECT_THAT(gap_warning({"/p/f_9999.png", "/p/f_10000.png"}), IsEmpty());
  EXPECT_THAT(gap_warning({"/p/f_0007.png"}), IsEmpty());
  EXPECT_THAT(gap_warning({"/p/a.png", "/p/b.png"}), IsEmpty());
  EXPECT_THAT(gap_warning({}), IsEmpty());
}

}  // namespace
}  // namespace shaman::trace
