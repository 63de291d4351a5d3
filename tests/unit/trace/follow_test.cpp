// SPDX-License-Identifier: GPL-3.0-or-later
#include "trace/follow.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temporary_folder.hpp"

namespace shaman::trace {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Follow : public testing::Test {
 protected:
  void root(const std::string& name, Kind kind = Kind::cache_file) {
    Dependency dependency;
    dependency.kind = kind;
    dependency.blend = folder_.path("scene.blend");
    dependency.data_block = "Cache file \"" + name + "\"";
    dependency.files = {folder_.path(name)};
    trace_.dependencies.push_back(dependency);
  }
  void layer(const std::string& name, const std::string& content) {
    folder_.write(name, "#usda 1.0\n" + content);
  }
  void run(ScanCache* cache = nullptr) {
    Folders folders;
    follow(trace_, folders, cache);
  }
  [[nodiscard]] std::vector<std::string> found() const { return below(trace_.files()); }
  [[nodiscard]] std::vector<std::string> missing() const { return below(trace_.missing()); }
  [[nodiscard]] std::vector<std::string> below(const std::vector<std::string>& paths) const {
    std::vector<std::string> names;
    for (const std::string& path : paths) {
      if (!path.empty()) names.push_back(path.substr(folder_.path().size() + 1));
    }
    return names;
  }

  test::TemporaryFolder folder_;
  Trace trace_;
};

TEST_F(Follow, LayersOfLayersFromTheFolderOfEach) {
  root("usd/a.usda");
  layer("usd/a.usda", "@../b/b.usda@ @gone.png@");
  layer("b/b.usda", "@tex/wood.png@ @../usd/a.usda@");
  folder_.write("b/tex/wood.png", "x");
  run();
  EXPECT_THAT(found(), ElementsAre("b/b.usda", "b/tex/wood.png", "usd/a.usda"));
  EXPECT_THAT(missing(), ElementsAre("usd/gone.png"));
  const Dependency& wood = trace_.dependencies.back();
  EXPECT_EQ(wood.stored, "tex/wood.png");
  EXPECT_EQ(wood.named_by, folder_.path("b/b.usda"));
  EXPECT_EQ(wood.data_block,
            "USD layer \"b.usda\" ← USD layer \"a.usda\" ← Cache file \"usd/a.usda\"");
}

TEST_F(Follow, TilesAndTemplatesStandForWhatIsThere) {
  root("a.usda");
  layer("a.usda", "@t.<UDIM>.png@ @none.<UDIM>.png@ string templateAssetPath = \"c.##.##.usda\"");
  for (const char* name : {"t.1001.png", "t.1012.png", "t.101.png", "t.10010.png", "t.x.png"})
    folder_.write(name, "x");
  layer("c.01.50.usda", "");
  layer("c.1.50.usda", "");
  run();
  EXPECT_THAT(found(), ElementsAre("a.usda", "c.01.50.usda", "t.1001.png", "t.1012.png"));
  EXPECT_THAT(missing(), ElementsAre("none.<UDIM>.png"));
}

TEST_F(Follow, PackagesArgumentsAndAddresses) {
  root("a.usda");
  layer("a.usda", "@p.usdz[tex/a.png]@ @b.usda:SDF_FORMAT_ARGS:x=1@ @https://host/c.usd@ @@");
  folder_.write("p.usdz", "PK\x03\x04");
  layer("b.usda", "");
  run();
  EXPECT_THAT(found(), ElementsAre("a.usda", "b.usda", "p.usdz"));
  EXPECT_THAT(missing(), IsEmpty());
  EXPECT_THAT(trace_.warnings, IsEmpty());
}

TEST_F(Follow, WarnsOfWhatWorkersCannotFollow) {
  root("a.usda");
  layer("a.usda", "@/home/me/x.png@ @C:\\x.png@ @`\"${SHOT}.usd\"`@");
  run();
  EXPECT_THAT(found(), ElementsAre("a.usda"));
  const std::string stage = folder_.path("a.usda");
  EXPECT_THAT(trace_.absolute_names,
              ElementsAre(AbsoluteName{stage, "/home/me/x.png"}, AbsoluteName{stage, "C:\\x.png"}));
  EXPECT_THAT(
      trace_.warnings,
      ElementsAre(Field(&Warning::text, AllOf(HasSubstr(stage), HasSubstr("by the expression"),
                                              HasSubstr("--include")))));
}

TEST_F(Follow, ScriptsMayNameFilesByAbsolutePaths) {
  root("s.osl", Kind::script);
  folder_.write("s.osl", "#include \"/home/me/a.h\"\n");
  run();
  EXPECT_THAT(trace_.absolute_names,
              ElementsAre(AbsoluteName{folder_.path("s.osl"), "/home/me/a.h"}));
}

TEST_F(Follow, AFileThatIsNoUsdIsAProblemAndStaysAFile) {
  root("a.usda");
  folder_.write("a.usda", "no layer");
  run();
  EXPECT_THAT(found(), ElementsAre("a.usda"));
  ASSERT_THAT(trace_.problems, SizeIs(1));
  EXPECT_EQ(trace_.problems.front().blend, folder_.path("a.usda"));
}

TEST_F(Follow, ScriptsBringTheirIncludes) {
  root("s.osl", Kind::script);
  folder_.write("s.osl", "#include \"a.h\"\n#include \"gone.h\"\n#include <stdosl.h>\n");
  folder_.write("a.h", "x");
  run();
  EXPECT_THAT(found(), ElementsAre("a.h", "s.osl"));
  EXPECT_THAT(missing(), IsEmpty());
}

class MapCache : public ScanCache {
 public:
  std::string find(const std::string& file, const std::string& what) override {
    return kept_[file + what];
  }
  void keep(const std::string& file, const std::string& what, const std::string& value) override {
    kept_[file + what] = value;
  }

 private:
  std::map<std::string, std::string> kept_;
};

TEST_F(Follow, WhatTheCacheKnowsIsNotReadAgain) {
  MapCache cache;
  root("a.usda");
  layer("a.usda", "@b.png@");
  folder_.write("b.png", "x");
  run(&cache);
  folder_.write("a.usda", "changed, which the cache of this test does not see");
  trace_ = {};
  root("a.usda");
  run(&cache);
  EXPECT_THAT(found(), ElementsAre("a.usda", "b.png"));
  EXPECT_THAT(trace_.problems, IsEmpty());
}

}  // namespace
}  // namespace shaman::trace
