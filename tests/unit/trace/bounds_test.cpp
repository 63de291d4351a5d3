// SPDX-License-Identifier: GPL-3.0-or-later
// Files whose blocks refer to each other in circles, or many of them to the same ones: tracing them
// ends, within memory that follows from the file's size.
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shaman/trace/trace.hpp"

#include "allocation_meter.hpp"
#include "scene_builder.hpp"
#include "temporary_folder.hpp"

namespace shaman::trace {
namespace {

using test::SceneBuilder;
using testing::HasSubstr;
using testing::SizeIs;

constexpr std::size_t kMiB = std::size_t{1} << 20;

// Structs of odd sizes, as a file may describe them.
class OddScene : public test::BlendBuilder {
 public:
  OddScene() {
    define("Image", {{"ID", "id"}, {"char", "name[20]"}, {"int", "source"}, {"ListBase", "tiles"}});
    define("ImageTile", {{"ImageTile", "*next"},
                         {"ImageTile", "*prev"},
                         {"int", "tile_number"},
                         {"char", "_pad[60000]"}});
    define("StripElem", {{"char", "name[8]"}});
    define("Strip", {{"StripElem", "*stripdata"}, {"char", "dir[8]"}});
    define("Sequence", {{"int", "type"}, {"Strip", "*strip"}});
    define("Editing", {{"Sequence", "*first"}});
    define("Scene", {{"ID", "id"}, {"Editing", "*ed"}});
    define("bNodeTree",
           {{"ID", "id"}, {"char", "idname[32]"}, {"ListBase", "nodes"}, {"ListBase", "links"}});
    define("bNode", {{"bNode", "*next"},
                     {"bNode", "*prev"},
                     {"char", "idname[32]"},
                     {"ListBase", "inputs"},
                     {"ListBase", "outputs"}});
    define("bNodeSocket", {{"bNodeSocket", "*next"},
                           {"bNodeSocket", "*prev"},
                           {"short", "type"},
                           {"char", "_pad[6]"},
                           {"void", "*default_value"}});
    define("bNodeLink", {{"bNodeLink", "*next"},
                         {"bNodeLink", "*prev"},
                         {"bNode", "*fromnode"},
                         {"bNode", "*tonode"},
                         {"bNodeSocket", "*fromsock"},
                         {"bNodeSocket", "*tosock"}});
    define("bNodeSocketValueString", {{"int", "subtype"}, {"char", "value[28]"}});
  }

  std::uint64_t tiled_image() {
    const std::uint64_t image = add_id("IM", "Image", "IMtiles");
    set(image, "name", "//t.<UDIM>.png");
    set(image, "source", 6);
    return image;
  }
  std::uint64_t tile(std::uint64_t number) {
    const std::uint64_t tile = add("DATA", "ImageTile");
    set(tile, "tile_number", number);
    return tile;
  }
  // Each of which once let a circle go round once more.
  void add_empty_blocks(int count) {
    for (int i = 0; i < count; ++i)
      add_raw("");
  }

  std::string bytes() { return test::encode(model()); }
};

class Bounds : public testing::Test {
 protected:
  // Traces a file of these bytes, and sees that it takes no more memory than follows from its size.
  result<Trace> traced(const std::string& bytes, const TraceOptions& options = {}) {
    const std::string path = folder_.write("scene.blend", bytes);
    const test::AllocationMeter meter;
    result<Trace> found = trace(path, options);
    EXPECT_LT(meter.peak(), 64 * kMiB + 12 * bytes.size());
    return found;
  }

  static void expect_refused(const result<Trace>& found) {
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, errc::limit_exceeded);
    EXPECT_THAT(found.error().message(), HasSubstr("scene.blend"));
  }

  test::TemporaryFolder folder_;
};

TEST_F(Bounds, AListThatLeadsToItself) {
  OddScene scene;
  const std::uint64_t image = scene.tiled_image();
  const std::uint64_t tile = scene.tile(1001);
  scene.set_list(image, "tiles", {tile});
  scene.set(tile, "next", tile);
  scene.add_empty_blocks(3000);
  const result<Trace> found = traced(scene.bytes());
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_THAT(found->missing(), SizeIs(1));
}

TEST_F(Bounds, AListThatLeadsBackToItsSecond) {
  OddScene scene;
  const std::uint64_t image = scene.tiled_image();
  const std::vector<std::uint64_t> tiles{scene.tile(1001), scene.tile(1002), scene.tile(1003)};
  scene.set_list(image, "tiles", tiles);
  scene.set(tiles[2], "next", tiles[1]);
  scene.add_empty_blocks(3000);
  const result<Trace> found = traced(scene.bytes());
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_THAT(found->missing(), SizeIs(3));
}

TEST_F(Bounds, ManyWithOneList) {
  OddScene scene;
  const std::uint64_t images = scene.add("IM", "Image", 20'000);
  const std::vector<std::uint64_t> tiles{scene.tile(1001), scene.tile(1002)};
  scene.set_list(images, "tiles", tiles);
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    scene.set(images, "name", "//t.<UDIM>.png", i);
    scene.set(images, "source", 6, i);
    scene.set(images, "tiles.first", tiles.front(), i);
  }
  expect_refused(traced(scene.bytes()));
}

TEST_F(Bounds, ManyStripsWithOneArray) {
  OddScene scene;
  const std::uint64_t ed = scene.add_id("SC", "Scene", "SCscene");
  const std::uint64_t editing = scene.add("DATA", "Editing");
  scene.set(ed, "ed", editing);
  const std::uint64_t strips = scene.add("DATA", "Sequence", 20'000);
  scene.set(editing, "first", strips);
  const std::uint64_t strip = scene.add("DATA", "Strip");
  const std::uint64_t elements = scene.add("DATA", "StripElem", 20'000);
  scene.set(strip, "stripdata", elements);
  scene.set(strip, "dir", "//a/");
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    scene.set(strips, "strip", strip, i);
    scene.set(elements, "name", "a.png", i);
  }
  expect_refused(traced(scene.bytes()));
}

// A chain of switches, each of which may hand on what the one before it hands on.
std::string long_chain(int nodes, bool all_read) {
  OddScene scene;
  const std::uint64_t tree = scene.add_id("NT", "bNodeTree", "NTchain");
  scene.set(tree, "idname", "GeometryNodeTree");
  const std::uint64_t path = scene.add("DATA", "bNodeSocketValueString");
  scene.set(path, "subtype", 1);
  scene.set(path, "value", "//a.obj");
  const std::uint64_t plain = scene.add("DATA", "bNodeSocketValueString");
  scene.set(plain, "value", "//b.obj");
  std::vector<std::uint64_t> all;
  std::vector<std::uint64_t> links;
  std::uint64_t last_output = 0;
  for (int i = 0; i < nodes; ++i) {
    const std::uint64_t node = scene.add("DATA", "bNode");
    const std::uint64_t input = scene.add("DATA", "bNodeSocket");
    const std::uint64_t output = scene.add("DATA", "bNodeSocket");
    for (const std::uint64_t socket : {input, output})
      scene.set(socket, "type", 7);
    scene.set(input, "default_value", all_read || i == nodes - 1 ? path : plain);
    scene.set_list(node, "inputs", {input});
    scene.set_list(node, "outputs", {output});
    if (i > 0) {
      links.push_back(scene.add("DATA", "bNodeLink"));
      scene.set(links.back(), "fromnode", all.back());
      scene.set(links.back(), "tonode", node);
      scene.set(links.back(), "fromsock", last_output);
      scene.set(links.back(), "tosock", input);
    }
    all.push_back(node);
    last_output = output;
  }
  scene.set_list(tree, "nodes", all);
  scene.set_list(tree, "links", links);
  return scene.bytes();
}

TEST_F(Bounds, AChainOfNodesAsLongAsTheFile) {
  const result<Trace> found = traced(long_chain(50'000, false));
  ASSERT_TRUE(found) << found.error().message();
  ASSERT_THAT(found->dependencies, SizeIs(1));
  EXPECT_EQ(found->dependencies[0].stored, "//b.obj");
}

TEST_F(Bounds, AChainOfNodesThatAllReadWhatComesAlong) {
  expect_refused(traced(long_chain(20'000, true)));
}

TEST_F(Bounds, ManyLibrariesThatArePackedIntoTheSameBytes) {
  SceneBuilder inner;
  inner.image("wall", "//wall.png");
  for (int i = 0; i < 500; ++i)
    inner.add_raw(std::string(1000, 'x'));
  SceneBuilder scene;
  const std::uint64_t file = scene.add("DATA", "PackedFile");
  const std::uint64_t data = scene.add_raw(inner.bytes());
  scene.set(file, "data", data);
  // Each library finds what it owns only: the bytes are a data-block here, which all can reach.
  scene.model().blocks[scene.model().blocks.size() - 2].code = "XX";
  scene.model().blocks.back().code = "XY";
  for (int i = 0; i < 5000; ++i)
    scene.set(scene.library("//lib.blend"), "packedfile", file);
  expect_refused(traced(scene.bytes()));
}

class CountingCache final : public ScanCache {
 public:
  std::string find(const std::string& /*blend*/, const std::string& /*what*/) override {
    return {};
  }
  void keep(const std::string& blend, const std::string& /*what*/,
            const std::string& /*value*/) override {
    const std::lock_guard lock(mutex_);
    ++scans[blend];
  }
  std::map<std::string, int> scans;

 private:
  std::mutex mutex_;
};

// Object 1 of one library needs object 1 of the other, which needs object 2 of the first, …
TEST_F(Bounds, LibrariesThatLinkToAndFro) {
  constexpr int kObjects = 200;
  const auto library = [&](const std::string& other, int ahead) {
    SceneBuilder scene;
    std::vector<std::uint64_t> objects;
    for (int i = 0; i < kObjects; ++i)
      objects.push_back(scene.object("o" + std::to_string(i)));
    const std::uint64_t image = scene.image("last", "//last.png");
    scene.slot(objects.back(), scene.material("m", image));
    scene.library(other);
    for (int i = 0; i + ahead < kObjects; ++i)
      scene.set(objects[static_cast<std::size_t>(i)], "parent",
                scene.linked("OBo" + std::to_string(i + ahead)));
    return scene.bytes();
  };
  const std::string a = folder_.write("a.blend", library("//b.blend", 0));
  const std::string b = folder_.write("b.blend", library("//a.blend", 1));
  folder_.write("last.png", "x");
  SceneBuilder scene;
  scene.library("//a.blend");
  scene.set(scene.object("first"), "parent", scene.linked("OBo0"));
  CountingCache cache;
  TraceOptions options;
  options.cache = &cache;
  const result<Trace> found = traced(scene.bytes(), options);
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_THAT(found->files(), SizeIs(4));
  EXPECT_LT(cache.scans[a], 50);
  EXPECT_LT(cache.scans[b], 50);
}

TEST_F(Bounds, PathsOfAThousandFolders) {
  SceneBuilder scene;
  for (int i = 0; i < 500; ++i) {
    std::string path = "//" + std::to_string(i);
    while (path.size() + 3 < 1024)
      path += "/a";
    scene.image("i" + std::to_string(i), path);
  }
  const result<Trace> found = traced(scene.bytes());
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_THAT(found->missing(), SizeIs(500));
}

}  // namespace
}  // namespace shaman::trace
