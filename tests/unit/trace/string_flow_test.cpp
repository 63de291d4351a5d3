// SPDX-License-Identifier: GPL-3.0-or-later
#include "trace/collect/string_flow.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shaman::trace {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TreeInput own(const std::string& tree, const std::string& input) {
  return {TreeInput::kOwn, tree, input};
}

Reference text(const std::string& stored) {
  Reference reference;
  reference.stored = stored;
  return reference;
}

TEST(StringFlow, CarriesAStringThroughFilesToTheNodeThatReadsIt) {
  // a.blend hands "//m.obj" to a group of b.blend, which hands it to one of c.blend, which reads.
  Scan a;
  a.libraries.resize(1);
  a.arguments = {{text("//m.obj"), {0, "NTOuter", "Socket_1"}},
                 {text("//not read"), {0, "NTOuter", "Socket_2"}}};
  Scan b;
  b.libraries.resize(1);
  b.routes = {{own("NTOuter", "Socket_1"), TreeInput{0, "NTInner", "Socket_9"}}};
  Scan c;
  c.routes = {{own("NTInner", "Socket_9"), std::nullopt}};
  StringFlow flow;
  flow.add(c, "/c.blend", "/c.blend", {});
  flow.add(a, "/a.blend", "/a.blend", {"/b.blend"});
  flow.add(b, "/b.blend", "/b.blend", {"/c.blend"});
  const std::vector<StringFlow::Path> paths = *flow.paths();
  ASSERT_THAT(paths, SizeIs(1));
  EXPECT_EQ(paths[0].value.stored, "//m.obj");
  EXPECT_EQ(paths[0].blend, "/a.blend");
  EXPECT_EQ(paths[0].base_blend, "/c.blend");
}

TEST(StringFlow, EndsInCircles) {
  Scan scan;
  scan.arguments = {{text("x"), own("NTA", "1")}};
  scan.routes = {{own("NTA", "1"), own("NTB", "1")}, {own("NTB", "1"), own("NTA", "1")}};
  StringFlow flow;
  flow.add(scan, "/a.blend", "/a.blend", {});
  EXPECT_THAT(*flow.paths(), IsEmpty());
}

TEST(StringFlow, TellsPackedTreesFromLinkedOnes) {
  Scan scan;
  scan.libraries.resize(2);
  scan.libraries[1].is_archive = true;
  scan.arguments = {{text("packed"), {1, "NTA", "1"}}, {text("linked"), {0, "NTA", "1"}}};
  scan.routes = {{TreeInput{1, "NTA", "1"}, std::nullopt}};
  StringFlow flow;
  flow.add(scan, "/a.blend", "/a.blend", {"/lib.blend", "/lib.blend"});
  const std::vector<StringFlow::Path> paths = *flow.paths();
  ASSERT_THAT(paths, SizeIs(1));
  EXPECT_EQ(paths[0].value.stored, "packed");
  EXPECT_EQ(paths[0].base_blend, "/lib.blend");
}

}  // namespace
}  // namespace shaman::trace
