// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "shaman/manager/job_type.hpp"

namespace shaman::manager {
namespace {

using nlohmann::json;

class SettingsTest : public testing::Test {
 protected:
  static JobType type_of(const char* settings) {
    const json object{
        {"name", "t"}, {"label", "T"}, {"etag", "e"}, {"settings", json::parse(settings)}};
    auto type = read_job_type(object);
    EXPECT_TRUE(type) << type.error().message();
    return type ? *type : JobType();
  }
  // The settings as JSON, or what is wrong.
  std::string complete(const char* settings) {
    const auto completed = complete_settings(type_of(settings), source_);
    return completed ? completed->dump() : completed.error().message();
  }
  SettingsSource source_{{}, "shot", "/film/shots/a.blend", "{jobs}/c/a.blend", {}};
};

TEST_F(SettingsTest, DefaultsAreFilledIn) {
  EXPECT_EQ(complete(R"x([{"key":"a","type":"int32","default":3},{"key":"b","type":"string"},
                         {"key":"c","type":"bool","default":false}])x"),
            R"({"a":3,"c":false})");
}

TEST_F(SettingsTest, WhatWasGivenIsReadAsItsType) {
  source_.given = {{"a", "7"}, {"b", "x y"}, {"c", "yes"}, {"d", "0.5"}};
  EXPECT_EQ(complete(R"x([{"key":"a","type":"int32"},{"key":"b","type":"string"},
                         {"key":"c","type":"bool"},{"key":"d","type":"float"}])x"),
            R"({"a":7,"b":"x y","c":true,"d":0.5})");
}

TEST_F(SettingsTest, EverythingWrongIsToldAtOnce) {
  source_.given = {{"a", "1.5"}, {"b", "blue"},  {"c", "perhaps"},
                   {"d", "99"},  {"e", "1e999"}, {"f", "3000000000"}};
  const std::string wrong =
      complete(R"x([{"key":"a","type":"int32"},{"key":"b","type":"string","choices":["red"]},
                   {"key":"c","type":"bool"},{"key":"d","type":"int32","propargs":{"max":9}},
                   {"key":"e","type":"float"},{"key":"f","type":"int32"},
                   {"key":"g","type":"string","required":true}])x");
  for (const char* const part :
       {R"("a" must be a whole number, and is "1.5")", R"("b" is one of red, and not "blue")",
        R"("c" must be true or false)", R"("d" must be at most 9, and is 99)",
        R"("e" must be a number)", R"("f" must be a whole number)", R"("g" is required)"})
    EXPECT_NE(wrong.find(part), std::string::npos) << part << " in " << wrong;
}

TEST_F(SettingsTest, TheSceneFillsInWhatBlenderWouldEvaluate) {
  source_.scene = {"Scene.001", 5, 20, 23.976, "OPEN_EXR", ".exr", true};
  EXPECT_EQ(complete(R"x([{"key":"frames","type":"string",
                          "eval":"f\"{C.scene.frame_start}-{C.scene.frame_end}\""},
                         {"key":"fps","type":"float","eval":"C.scene.render.fps/C.scene.render.fps_base"},
                         {"key":"format","type":"string","eval":"C.scene.render.image_settings.file_format"},
                         {"key":"scene","type":"string","eval":"C.scene.name"}])x"),
            R"({"format":"OPEN_EXR","fps":23.976,"frames":"5-20","scene":"Scene.001"})");
}

TEST_F(SettingsTest, WhatWasGivenGoesBeforeTheScene) {
  source_.scene.frame_start = 1;
  source_.scene.frame_end = 9;
  source_.given = {{"frames", "3"}};
  EXPECT_EQ(complete(R"x([{"key":"frames","type":"string",
                          "eval":"f'{C.scene.frame_start}-{C.scene.frame_end}'"}])x"),
            R"({"frames":"3"})");
}

TEST_F(SettingsTest, WhatCannotBeEvaluatedIsAskedForWithItsExpression) {
  const std::string wrong = complete(
      R"x([{"key":"x","type":"string","required":true,"eval":"bpy.context.scene['x'].upper()"}])x");
  EXPECT_NE(wrong.find("give --setting x=VALUE"), std::string::npos) << wrong;
  EXPECT_NE(wrong.find("bpy.context.scene['x'].upper()"), std::string::npos) << wrong;
}

TEST_F(SettingsTest, TheOutputPathIsMadeOfItsParts) {
  source_.given = {{"render_output_root", "//out/"}, {"add_path_components", "1"}};
  const std::string completed = complete(
      R"x([{"key":"render_output_root","type":"string"},{"key":"add_path_components","type":"int32"},
          {"key":"path","type":"string","eval":
           "str(Path(abspath(settings.render_output_root), last_n_dir_parts(settings.add_path_components), jobname, '{timestamp}', '######'))"
}])x");
  EXPECT_EQ(json::parse(completed)["path"], "/film/shots/out/shots/shot/{timestamp}/######");
}

TEST_F(SettingsTest, TheBlendFileIsTheWorkers) {
  EXPECT_EQ(complete(R"x([{"key":"blendfile","type":"string","required":true}])x"),
            R"({"blendfile":"{jobs}/c/a.blend"})");
}

TEST(JobTypeTest, WhatIsNoJobTypeIsRefused) {
  for (const char* const text : {"[]", "{}", R"({"name":"x"})", R"({"name":"x","settings":{}})",
                                 R"({"name":"x","settings":[{"key":"a","type":"colour"}]})",
                                 R"({"name":"x","settings":[3]})", R"({"name":3,"settings":[]})"}) {
    const auto type = read_job_type(json::parse(text));
    ASSERT_FALSE(type) << text;
    EXPECT_EQ(type.error().code, errc::bad_answer);
  }
}

}  // namespace
}  // namespace shaman::manager
