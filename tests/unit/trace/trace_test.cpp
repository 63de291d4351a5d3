// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/trace/trace.hpp"

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shaman/os.hpp"

#include "scene_builder.hpp"
#include "temporary_folder.hpp"
#include "trace/names/stored_path.hpp"

namespace shaman::trace {
namespace {

using test::BlendForm;
using test::SceneBuilder;
using test::TemporaryFolder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class TraceTest : public testing::Test {
 protected:
  // Names below the folder, without the .blend that is traced.
  [[nodiscard]] std::vector<std::string> files(const Trace& trace) const {
    return below(trace.files(), trace.blendfile);
  }
  [[nodiscard]] std::vector<std::string> missing(const Trace& trace) const {
    return below(trace.missing(), "");
  }

  [[nodiscard]] std::vector<std::string> below(const std::vector<std::string>& paths,
                                               const std::string& without) const {
    std::vector<std::string> names;
    for (const std::string& path : paths) {
      if (path == without) continue;
      const std::string root = folder_.path() + "/";
      names.push_back(path.starts_with(root) ? path.substr(root.size()) : path);
    }
    return names;
  }

  void touch(std::initializer_list<std::string_view> names) const {
    for (const std::string_view name : names)
      folder_.write(name, "x");
  }

  Trace traced(SceneBuilder& scene, const TraceOptions& options = {}) const {
    return traced(folder_.write("scene.blend", scene.bytes()), options);
  }
  static Trace traced(const std::string& path, const TraceOptions& options = {}) {
    result<Trace> found = trace(path, options);
    EXPECT_TRUE(found) << found.error().message();
    return found ? *found : Trace();
  }

  TemporaryFolder folder_;
};

TEST_F(TraceTest, FindsImagesOfEverySource) {
  touch({"tex/wall.png", "seq/f_0001.png", "seq/f_0002.png", "seq/f_preview.png", "mov/a.mp4",
         "udim/t.1001.png", "udim/t.1002.png", "udim/t.1003.png", "left.png"});
  SceneBuilder scene;
  scene.image("wall", "//tex\\wall.png");
  scene.image("seq", "//seq/f_0007.png", 2);
  scene.image("movie", "//mov/a.mp4", 3);
  scene.image("generated", "//left.png", 4);
  scene.image("none", "");
  const std::uint64_t udim = scene.image("tiles", "//udim/t.<UDIM>.png", 6);
  const std::uint64_t first = scene.add("DATA", "ImageTile");
  const std::uint64_t second = scene.add("DATA", "ImageTile");
  scene.set(first, "tile_number", 1001);
  scene.set(second, "tile_number", 1002);
  scene.set_list(udim, "tiles", {first, second});
  const Trace trace = traced(scene);
  EXPECT_THAT(files(trace),
              UnorderedElementsAre("tex/wall.png", "seq/f_0001.png", "seq/f_0002.png", "mov/a.mp4",
                                   "udim/t.1001.png", "udim/t.1002.png"));
  EXPECT_THAT(missing(trace), IsEmpty());
}

TEST_F(TraceTest, LeavesOutWhatIsPacked) {
  touch({"wall.png", "a.wav"});
  SceneBuilder scene;
  const std::uint64_t image = scene.image("wall", "//wall.png");
  scene.set(image, "packedfile", scene.add("DATA", "PackedFile"));
  const std::uint64_t sound = scene.add_id("SO", "bSound", "SOa");
  scene.set(sound, "name", "//a.wav");
  scene.set(sound, "packedfile", 0xDEAD);  // dangles: not packed
  EXPECT_THAT(files(traced(scene)), ElementsAre("a.wav"));
}

TEST_F(TraceTest, SaysWhoWantsWhatIsMissing) {
  SceneBuilder scene;
  scene.image("wall", "//tex/wall.png");
  const Trace trace = traced(scene);
  EXPECT_THAT(missing(trace), ElementsAre("tex/wall.png"));
  ASSERT_THAT(trace.dependencies, SizeIs(1));
  EXPECT_TRUE(trace.dependencies[0].missing);
  EXPECT_EQ(trace.dependencies[0].data_block, "Image \"wall\"");
  EXPECT_EQ(trace.dependencies[0].blend, trace.blendfile);
}

TEST_F(TraceTest, SaysByWhichChainAMissingFileIsWanted) {
  SceneBuilder scene;
  const std::uint64_t wood = scene.image("wood", "//wood.png");
  const std::uint64_t table = scene.material("Table", wood);
  const std::uint64_t desk = scene.object("Desk");
  scene.slot(desk, table);
  const std::uint64_t cache = scene.add("DATA", "MeshCacheModifierData");
  scene.set_list(desk, "modifiers", {cache});
  scene.set(cache, "modifier.name", "Waves");
  scene.set(cache, "modifier.mode", 3);
  scene.set(cache, "filepath", "C:\\caches\\waves.mdd");
  const std::uint64_t id = scene.add_id("SC", "Scene", "SCEdit");
  const std::uint64_t editing = scene.add("DATA", "Editing");
  scene.set(id, "ed", editing);
  const std::uint64_t strip = scene.add("DATA", "Sequence");
  scene.set_list(editing, "seqbase", {strip});
  scene.set(strip, "type", 4);
  scene.set(strip, "name", "SQboom.001");
  scene.set(strip, "strip", scene.add("DATA", "Strip"));
  const std::uint64_t sound = scene.add_id("SO", "bSound", "SOboom");
  scene.set(sound, "name", "//boom.wav");
  scene.set(strip, "sound", sound);
  const std::uint64_t library = scene.library("//gone.blend");
  const std::uint64_t linked = scene.linked("OBTree");
  scene.set(desk, "parent", linked);
  EXPECT_NE(library, linked);
  std::map<std::string, std::string> chains;
  const Trace trace = traced(scene);
  for (const MissingFile& file : trace.missing_files())
    chains[file.stored] = chain_text(file.chain);
  EXPECT_THAT(
      chains,
      UnorderedElementsAre(
          testing::Pair("//wood.png",
                        "Image \"wood\" \u2190 Material \"Table\" \u2190 Object \"Desk\""),
          testing::Pair("C:\\caches\\waves.mdd", "Modifier \"Waves\" \u2190 Object \"Desk\""),
          testing::Pair("//boom.wav",
                        "Sound \"boom\" \u2190 Strip \"boom.001\" \u2190 Scene \"Edit\""),
          testing::Pair("//gone.blend", "Library \"lib\" \u2190 Object \"Tree\"")));
  if (kThisPlatform == Platform::posix) {
    EXPECT_THAT(trace.missing(), testing::Contains("C:\\caches\\waves.mdd"));
  }
}

// Whatever uses whatever, a chain ends.
TEST_F(TraceTest, ChainsEndInCircles) {
  SceneBuilder scene;
  scene.define("Group", {{"ID", "id"}, {"ID", "*a"}, {"ID", "*b"}});
  const std::uint64_t first = scene.add_id("NT", "Group", "NTfirst");
  const std::uint64_t second = scene.add_id("NT", "Group", "NTsecond");
  const std::uint64_t image = scene.image("wood", "//wood.png");
  scene.set(first, "a", second);
  scene.set(second, "a", first);
  scene.set(second, "b", image);
  const Trace trace = traced(scene);
  ASSERT_THAT(trace.missing_files(), SizeIs(1));
  EXPECT_EQ(chain_text(trace.missing_files()[0].chain),
            "Image \"wood\" \u2190 Node group \"second\" \u2190 Node group \"first\"");
}

TEST_F(TraceTest, FindsWhatIsLeftOfTheMachineThatWroteIt) {
  SceneBuilder scene;
  scene.define("FileGlobal", {{"char", "filename[64]"}});
  scene.define("FileSelectParams", {{"char", "dir[64]"}});
  const std::uint64_t global = scene.add("GLOB", "FileGlobal");
  scene.set(global, "filename", "/home/anna/film/scene.blend");
  const std::uint64_t browser = scene.add("SN", "FileSelectParams");
  scene.set(browser, "dir", "C:\\Users\\anna");
  const std::uint64_t packed = scene.image("packed", "/home/anna/packed.png");
  scene.set(packed, "packedfile", scene.add("DATA", "PackedFile"));
  scene.image("relative", "//relative.png");
  std::map<std::string, Leftover::Becomes> found;
  for (const Leftover& leftover : traced(scene).leftovers)
    found[leftover.stored] = leftover.becomes;
  EXPECT_THAT(found, UnorderedElementsAre(
                         testing::Pair("/home/anna/film/scene.blend", Leftover::Becomes::nothing),
                         testing::Pair("C:\\Users\\anna", Leftover::Becomes::nothing),
                         testing::Pair("/home/anna/packed.png", Leftover::Becomes::name)));
}

TEST_F(TraceTest, CountsSingleTilesAsMissing) {
  touch({"t.1001.png"});
  SceneBuilder scene;
  const std::uint64_t udim = scene.image("tiles", "//t.<UDIM>.png", 6);
  const std::uint64_t first = scene.add("DATA", "ImageTile");
  const std::uint64_t second = scene.add("DATA", "ImageTile");
  scene.set(first, "tile_number", 1001);
  scene.set(second, "tile_number", 1002);
  scene.set_list(udim, "tiles", {first, second});
  const Trace trace = traced(scene);
  EXPECT_THAT(missing(trace), ElementsAre("t.1002.png"));
  EXPECT_FALSE(trace.dependencies.at(0).missing);
  EXPECT_EQ(trace.dependencies.at(0).resolved, folder_.path("t.<UDIM>.png"));
}

TEST_F(TraceTest, FindsNamesInAnotherCaseAndForm) {
  touch({"Tex/U\u0308ber.PNG", "Seq/F_0001.PNG"});
  if (os::info(folder_.path("tex"))) GTEST_SKIP() << "this file system does not tell cases apart";
  SceneBuilder scene;
  scene.image("a", "//tex/\u00dcBER.png");
  scene.image("b", "//seq/f_0001.png", 2);
  const Trace trace = traced(scene);
  EXPECT_THAT(files(trace), UnorderedElementsAre("Tex/U\u0308ber.PNG", "Seq/F_0001.PNG"));
  for (const Dependency& dependency : trace.dependencies)
    EXPECT_EQ(dependency.resolved, dependency.files.at(0));
}

// Blender 5.2: the items of a node group's interface are an array of pointers to a struct without
// pointers, with which the structs begin that are there.
TEST_F(TraceTest, FollowsPointersToTheBeginningsOfLargerStructs) {
  touch({"default.png", "drawn.png", "single.png"});
  SceneBuilder scene;
  scene.define("Item", {{"char", "type"}, {"char", "_pad[7]"}});
  scene.define("Socket", {{"Item", "item"}, {"Image", "*value"}});
  scene.define("Panel", {{"Item", "item"}, {"Item", "**items"}, {"int", "items_num"}});
  scene.define("Tree", {{"ID", "id"}, {"Panel", "root"}});
  scene.define("Drawing", {{"Item", "base"}, {"float", "co[4]"}});
  scene.define("Reference", {{"Drawing", "base"}, {"Image", "*drawn"}});
  scene.define("Layer", {{"Item", "*item"}, {"int", "a"}, {"int", "b"}});
  scene.define("Holder", {{"ID", "id"}, {"Layer", "*layer"}});
  const auto array = [&](const std::vector<std::uint64_t>& pointers) {
    return scene.add_raw(std::string(reinterpret_cast<const char*>(pointers.data()),
                                     pointers.size() * sizeof pointers.front()));
  };
  const std::uint64_t used = scene.image("default", "//default.png");
  const std::uint64_t drawn = scene.image("drawn", "//drawn.png");
  const std::uint64_t single = scene.image("single", "//single.png");
  const std::uint64_t holder = scene.add_id("XX", "Holder", "XXholder");
  const std::uint64_t layer = scene.add("DATA", "Layer");
  const std::uint64_t item = scene.add("DATA", "Socket");
  scene.set(holder, "layer", layer);
  scene.set(layer, "item", item);
  scene.set(item, "value", single);
  const std::uint64_t tree = scene.add_id("NT", "Tree", "NTtree");
  const std::uint64_t socket = scene.add("DATA", "Socket");
  const std::uint64_t panel = scene.add("DATA", "Panel");
  const std::uint64_t reference = scene.add("DATA", "Reference");
  scene.set(socket, "value", used);
  scene.set(reference, "drawn", drawn);
  scene.set(panel, "items", array({reference}));
  scene.set(tree, "root.items", array({socket, panel}));
  // Of a library only what is reached counts.
  folder_.write("lib.blend", scene.bytes());
  SceneBuilder user;
  user.library("//lib.blend");
  user.linked("NTtree");
  user.linked("XXholder");
  EXPECT_THAT(files(traced(user)),
              UnorderedElementsAre("default.png", "drawn.png", "lib.blend", "single.png"));
}

TEST_F(TraceTest, TextsAreOptionalAndTheirFieldIsABlock) {
  SceneBuilder scene;
  const std::uint64_t text = scene.add_id("TX", "Text", "TXscript");
  scene.set(text, "name", scene.add_raw(std::string("//script.py\0", 12)));
  const std::string bytes = scene.bytes();
  const Trace trace = traced(folder_.write("scene.blend", bytes));
  ASSERT_THAT(trace.dependencies, SizeIs(1));
  EXPECT_TRUE(trace.dependencies[0].optional);
  EXPECT_THAT(missing(trace), IsEmpty());
  EXPECT_EQ(trace.dependencies[0].field.capacity, 12U);
  EXPECT_EQ(bytes.substr(trace.dependencies[0].field.offset, 12), std::string("//script.py\0", 12));
}

TEST_F(TraceTest, StripsHaveAFolderAndNames) {
  touch({"vse/a.png", "vse/b.png", "vse/c.wav"});
  SceneBuilder scene;
  const std::uint64_t id = scene.add_id("SC", "Scene", "SCScene");
  const std::uint64_t editing = scene.add("DATA", "Editing");
  scene.set(id, "ed", editing);
  const auto strip = [&](int type, std::vector<std::string> names) {
    const std::uint64_t sequence = scene.add("DATA", "Sequence");
    const std::uint64_t data = scene.add("DATA", "Strip");
    const std::uint64_t elements =
        scene.add("DATA", "StripElem", static_cast<std::uint32_t>(names.size()));
    for (std::uint32_t i = 0; i < names.size(); ++i)
      scene.set(elements, "name", names[i], i);
    scene.set(sequence, "type", static_cast<std::uint64_t>(type));
    scene.set(sequence, "strip", data);
    scene.set(data, "stripdata", elements);
    scene.set(data, "dir", "//vse\\");
    return sequence;
  };
  const std::uint64_t images = strip(0, {"a.png", "b.png", "gone.png"});
  const std::uint64_t sound = strip(4, {"c.wav", "ignored.wav"});
  const std::uint64_t played = strip(4, {"stale.wav"});
  scene.set_list(editing, "seqbase", {images, sound, played});
  scene.set(played, "sound", scene.add_id("SO", "bSound", "SOpacked"));
  const Trace trace = traced(scene);
  EXPECT_THAT(files(trace), ElementsAre("vse/a.png", "vse/b.png", "vse/c.wav"));
  EXPECT_THAT(missing(trace), ElementsAre("vse/gone.png"));
  EXPECT_EQ(trace.dependencies.at(0).stored, "//vse\\");
  EXPECT_EQ(trace.dependencies.at(0).stored_name, "a.png");
}

TEST_F(TraceTest, PointCachesFollowFromNames) {
  touch({"blendcache_scene/43756265_000001_02.bphys", "blendcache_scene/43756265_000001_00.bphys",
         "blendcache_scene/notes.txt", "ext/smoke_000001_00.bphys"});
  SceneBuilder scene;
  const std::uint64_t cube = scene.object("Cube");
  const std::uint64_t cloth = scene.add("DATA", "ClothModifierData");
  scene.set_list(cube, "modifiers", {cloth});
  const std::uint64_t own = scene.add("DATA", "PointCache");
  const std::uint64_t external = scene.add("DATA", "PointCache");
  const std::uint64_t memory = scene.add("DATA", "PointCache");
  scene.set_list(cloth, "ptcaches", {own, external, memory});
  scene.set(own, "flag", 1 << 6);
  scene.set(own, "index", 2);
  scene.set(external, "flag", 1 << 9);
  scene.set(external, "name", "smoke");
  scene.set(external, "path", "//ext");
  const Trace trace = traced(scene);
  EXPECT_THAT(files(trace), ElementsAre("blendcache_scene/43756265_000001_02.bphys",
                                        "ext/smoke_000001_00.bphys"));
  for (const Dependency& dependency : trace.dependencies) {
    EXPECT_TRUE(dependency.resolved_is_folder);
    EXPECT_EQ(dependency.field.capacity, dependency.stored.empty() ? 0U : 1024U);
  }
}

// An object whose material has a picture, with a parent that has another, and one that is not
// linked.
std::string furniture(const std::string& suffix = "") {
  SceneBuilder scene;
  const std::uint64_t wood = scene.image("wood", "//tex/wood" + suffix + ".png");
  const std::uint64_t leg = scene.image("leg", "//tex/leg.png");
  scene.image("unused", "//tex/unused.png");
  const std::uint64_t wood_material = scene.material("wood", wood);
  const std::uint64_t leg_material = scene.material("leg", leg);
  const std::uint64_t legs = scene.object("Legs");
  scene.slot(legs, leg_material);
  const std::uint64_t chair = scene.object("Chair");
  scene.set(chair, "parent", legs);
  scene.slot(chair, wood_material);
  return scene.bytes();
}

TEST_F(TraceTest, OfLibrariesOnlyWhatIsLinkedCounts) {
  touch({"libs/tex/wood.png", "libs/tex/leg.png", "libs/tex/unused.png"});
  folder_.write("libs/furniture.blend", furniture());
  SceneBuilder scene;
  scene.library("//libs/furniture.blend");
  scene.linked("OBChair");
  const std::string path = folder_.write("scene.blend", scene.bytes());
  EXPECT_THAT(files(traced(path)),
              ElementsAre("libs/furniture.blend", "libs/tex/leg.png", "libs/tex/wood.png"));
  TraceOptions whole;
  whole.whole_libraries = true;
  EXPECT_THAT(files(traced(path, whole)), ElementsAre("libs/furniture.blend", "libs/tex/leg.png",
                                                      "libs/tex/unused.png", "libs/tex/wood.png"));
}

TEST_F(TraceTest, LibrariesMayLinkEachOther) {
  touch({"a.png", "b.png"});
  const auto write = [&](const std::string& own, const std::string& other) {
    SceneBuilder scene;
    scene.library("//" + other + ".blend");
    const std::uint64_t linked = scene.linked("OB" + other);
    const std::uint64_t material = scene.material(own, scene.image(own, "//" + own + ".png"));
    const std::uint64_t object = scene.object(own);
    scene.slot(object, material);
    scene.set(object, "parent", linked);
    return folder_.write(own + ".blend", scene.bytes());
  };
  const std::string a = write("a", "b");
  write("b", "a");
  EXPECT_THAT(files(traced(a)), ElementsAre("a.png", "b.blend", "b.png"));
}

TEST_F(TraceTest, AMissingLibraryIsToldAndADamagedOneIsAProblem) {
  folder_.write("broken.blend", "BLENDER-v304REND");
  SceneBuilder scene;
  scene.library("//gone.blend");
  scene.linked("OBA");
  scene.library("//broken.blend");
  scene.linked("OBB");
  const Trace trace = traced(scene);
  EXPECT_THAT(missing(trace), ElementsAre("gone.blend"));
  ASSERT_THAT(trace.problems, SizeIs(1));
  EXPECT_EQ(trace.problems[0].blend, folder_.path("broken.blend"));
  EXPECT_THAT(trace.problems[0].message, HasSubstr("ends too early"));
}

TEST_F(TraceTest, ReadsALibraryThatIsPacked) {
  touch({"libs/tex/wood.png", "libs/tex/leg.png"});
  for (const bool compressed : {false, true}) {
    SceneBuilder scene;
    const std::uint64_t library = scene.library("//libs/furniture.blend");
    const std::uint64_t packed = scene.add("DATA", "PackedFile");
    scene.set(library, "packedfile", packed);
    const std::string inner = furniture();
    scene.set(packed, "data", scene.add_raw(compressed ? test::zstd(inner, 999, true) : inner));
    scene.linked("OBChair");
    const Trace trace = traced(scene);
    EXPECT_THAT(files(trace), ElementsAre("libs/tex/leg.png", "libs/tex/wood.png"));
    EXPECT_THAT(missing(trace), IsEmpty());
    for (const Dependency& dependency : trace.dependencies) {
      if (dependency.kind == Kind::library) continue;
      EXPECT_EQ(dependency.base_blend, folder_.path("libs/furniture.blend"));
      EXPECT_EQ(dependency.field.capacity, 0U);
    }
  }
}

TEST_F(TraceTest, DataBlocksPackedFromALibraryStartAtItsFolder) {
  touch({"libs/wall.png"});
  SceneBuilder scene;
  const std::uint64_t library = scene.library("//libs/gone.blend");
  const std::uint64_t archive = scene.library("//libs/gone.blend");
  scene.set(archive, "flag", 1);
  scene.set(archive, "archive_parent_library", library);
  scene.set(scene.image("wall", "//wall.png"), "id.lib", archive);
  const Trace trace = traced(scene);
  EXPECT_THAT(files(trace), ElementsAre("libs/wall.png"));
  EXPECT_THAT(missing(trace), IsEmpty());
}

TEST_F(TraceTest, GivesTheSameAnswersForEveryForm) {
  touch({"libs/tex/wood.png", "libs/tex/leg.png", "mesh.mdd"});
  folder_.write("libs/furniture.blend", furniture());
  SceneBuilder scene;
  scene.library("//libs/furniture.blend");
  const std::uint64_t linked = scene.linked("OBChair");
  const std::uint64_t object = scene.object("Room");
  scene.set(object, "parent", linked);
  const std::uint64_t cache = scene.add("DATA", "MeshCacheModifierData");
  scene.set(cache, "modifier.mode", 3);
  scene.set(cache, "filepath", "//mesh.mdd");
  scene.set_list(object, "modifiers", {cache});
  const std::vector<std::string> expected = files(traced(scene));
  ASSERT_THAT(expected, SizeIs(4));
  for (const BlendForm form : {BlendForm{4, false, false}, BlendForm{4, true, false},
                               BlendForm{8, true, false}, BlendForm{8, false, true}}) {
    const std::string plain = scene.bytes(form);
    for (const std::string& bytes :
         {plain, test::gzip(plain), test::zstd(plain, 500, true), test::zstd(plain, 500, false)}) {
      const Trace trace = traced(folder_.write("scene.blend", bytes));
      EXPECT_EQ(files(trace), expected);
      for (const Dependency& dependency : trace.dependencies) {
        if (dependency.blend != trace.blendfile) continue;
        EXPECT_EQ(plain.substr(dependency.field.offset, dependency.stored.size() + 1),
                  dependency.stored + '\0');
      }
    }
  }
}

class Memory final : public ScanCache {
 public:
  std::string find(const std::string& blend, const std::string& what) override {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find({blend, what});
    if (found == kept_.end()) return {};
    ++hits;
    return found->second;
  }
  void keep(const std::string& blend, const std::string& what, const std::string& value) override {
    const std::lock_guard lock(mutex_);
    kept_[{blend, what}] = value;
  }
  [[nodiscard]] std::size_t size() const { return kept_.size(); }
  int hits = 0;

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::string> kept_;
};

TEST_F(TraceTest, ReadsNoBlendThatItsCacheKnows) {
  touch({"libs/tex/wood.png", "libs/tex/leg.png"});
  const std::string library = folder_.write("libs/furniture.blend", furniture());
  SceneBuilder scene;
  scene.library("//libs/furniture.blend");
  scene.linked("OBChair");
  const std::string path = folder_.write("scene.blend", scene.bytes());
  Memory memory;
  TraceOptions options;
  options.cache = &memory;
  const std::vector<std::string> first = files(traced(path, options));
  EXPECT_EQ(memory.size(), 2U);
  folder_.write("scene.blend", "not read");
  folder_.write("libs/furniture.blend", "not read");
  EXPECT_EQ(files(traced(path, options)), first);
  EXPECT_EQ(memory.hits, 2);
}

TEST_F(TraceTest, IsClearAboutWhatIsNoBlend) {
  const result<Trace> gone = trace(folder_.path("gone.blend"));
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, errc::not_found);
  const result<Trace> text = trace(folder_.write("text.blend", "hello"));
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, errc::damaged_file);
}

TEST_F(TraceTest, StopsWhereLibrariesAreLinkedTooDeep) {
  for (int i = 0; i < 110; ++i) {
    SceneBuilder scene;
    scene.library("//" + std::to_string(i + 1) + ".blend");
    const std::uint64_t linked = scene.linked("OBNext");
    scene.set(scene.object("Next"), "parent", linked);
    folder_.write(std::to_string(i) + ".blend", scene.bytes());
  }
  const result<Trace> found = trace(folder_.path("0.blend"));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, errc::limit_exceeded);
  EXPECT_THAT(found.error().detail, HasSubstr("100 deep"));
}

TEST_F(TraceTest, DoesNotReadMeshes) {
  touch({"wall.png"});
  SceneBuilder scene;
  scene.image("wall", "//wall.png");
  const std::uint64_t mesh = scene.add_id("ME", "Mesh", "MEMesh");
  scene.set(mesh, "mvert", scene.add("DATA", "MVert", 200'000));
  std::string bytes = test::zstd(scene.bytes(), 100'000, true);
  // The frames in the middle are all mesh, further from anything else than what is read ahead:
  // spoilt, so that reading one would fail. Frames begin with a magic number.
  std::vector<std::size_t> frames;
  const std::string_view magic = "\x28\xb5\x2f\xfd";
  for (std::size_t at = 0; (at = bytes.find(magic, at)) != std::string::npos; ++at)
    frames.push_back(at);
  ASSERT_GT(frames.size(), 10U);
  for (std::size_t i = 4; i + 4 < frames.size(); ++i)
    bytes[frames[i]] = 'X';
  EXPECT_THAT(files(traced(folder_.write("scene.blend", bytes))), ElementsAre("wall.png"));
}

}  // namespace
}  // namespace shaman::trace
