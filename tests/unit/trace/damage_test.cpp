// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever is done to a file, tracing it ends, with an answer or an error; sanitizers watch over
// the rest.
#include <string>

#include <gtest/gtest.h>

#include "shaman/trace/trace.hpp"

#include "scene_builder.hpp"
#include "temporary_folder.hpp"

namespace shaman::trace {
namespace {

using test::SceneBuilder;

std::string scene() {
  SceneBuilder scene;
  scene.library("//lib.blend");
  const std::uint64_t linked = scene.linked("OBLinked");
  const std::uint64_t cube = scene.object("Cube");
  scene.set(cube, "parent", linked);
  const std::uint64_t cloth = scene.add("DATA", "ClothModifierData");
  scene.set_list(cube, "modifiers", {cloth});
  scene.set_list(cloth, "ptcaches", {scene.add("DATA", "PointCache")});
  scene.slot(cube, scene.material("wood", scene.image("wood", "//wood.png")));
  return scene.bytes();
}

TEST(Damage, CutOffAnywhereIsAnError) {
  const test::TemporaryFolder folder;
  const std::string whole = scene();
  const std::string packed = test::gzip(whole);
  for (const std::string& bytes : {whole, packed, test::zstd(whole, 300, false)}) {
    const std::size_t step = bytes.size() / 300 + 1;
    for (std::size_t size = 0; size + 100 < bytes.size(); size += step) {
      const result<Trace> found = trace(folder.write("a.blend", bytes.substr(0, size)));
      ASSERT_FALSE(found) << size;
      ASSERT_NE(found.error().detail.find("a.blend"), std::string::npos) << found.error().detail;
    }
  }
}

TEST(Damage, ChangedBytesEndInAnAnswerOrAnError) {
  const test::TemporaryFolder folder;
  const std::string whole = scene();
  for (const std::string& bytes :
       {whole, test::gzip(whole), test::zstd(whole, 300, true), test::zstd(whole, 300, false)}) {
    for (std::size_t at = 0; at<bytes.size(); at += bytes.size()> 4000 ? 5 : 1) {
      for (const unsigned char value : {0x00, 0x7F, 0xFF}) {
        std::string broken = bytes;
        broken[at] = static_cast<char>(value);
        (void)trace(folder.write("a.blend", broken));
      }
    }
  }
}

TEST(Damage, AListThatIsItsOwnMemberEnds) {
  const test::TemporaryFolder folder;
  SceneBuilder scene;
  const std::uint64_t cube = scene.object("Cube");
  const std::uint64_t cloth = scene.add("DATA", "ClothModifierData");
  scene.set_list(cube, "modifiers", {cloth});
  scene.set(cloth, "modifier.next", cloth);
  scene.set(cube, "parent", cube);
  const std::uint64_t cache = scene.add("DATA", "PointCache");
  scene.set_list(cloth, "ptcaches", {cache});
  scene.set(cache, "next", cache);
  scene.set(cache, "flag", 1 << 6);
  const result<Trace> found = trace(folder.write("a.blend", scene.bytes()));
  ASSERT_TRUE(found);
  EXPECT_LE(found->dependencies.size(), 1U);
}

}  // namespace
}  // namespace shaman::trace
