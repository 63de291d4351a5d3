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
    return completed ? completed->values.dump() : completed.error().message();
  }
  SettingsSource source_{{}, "shot", "/film/shots/a.blend", "{jobs}/c/a.blend", {}, "/farm", {}};
};

TEST_F(SettingsTest, DefaultsAreFilledIn) {
  EXPECT_EQ(complete(R"x([{"key":"a","type":"int32","default":3},{"key":"b","type":"string"},
                         {"key":"c","type":"bool","default":false}])x"),
            R"({"a":3,"b":"","c":false})");
}

TEST_F(SettingsTest, WhatWasGivenIsReadAsItsType) {
  source_.given = {{"a", "7"}, {"b", "x y"}, {"c", "true"}, {"d", "0.5"}};
  EXPECT_EQ(complete(R"x([{"key":"a","type":"int32"},{"key":"b","type":"string"},
                         {"key":"c","type":"bool"},{"key":"d","type":"float"}])x"),
            R"({"a":7,"b":"x y","c":true,"d":0.5})");
}

TEST_F(SettingsTest, TrueAndFalseInAnyCaseAndNothingElse) {
  const char* const type = R"x([{"key":"c","type":"bool"}])x";
  for (const char* const yes : {"true", "True", "TRUE"}) {
    source_.given = {{"c", yes}};
    EXPECT_EQ(complete(type), R"({"c":true})") << yes;
  }
  source_.given = {{"c", "False"}};
  EXPECT_EQ(complete(type), R"({"c":false})");
  for (const char* const other : {"yes", "on", "1", "0", ""}) {
    source_.given = {{"c", other}};
    EXPECT_EQ(complete(type),
              std::string(R"(job type "t": "c" must be true or false, not ")") + other + "\"");
  }
}

TEST_F(SettingsTest, FramesAreWhatAManagerCanCutIntoTasks) {
  const char* const type = R"x([{"key":"frames","type":"string"}])x";
  for (const char* const good : {"7", "1-250", "1..3", "1,5-10", " 1 .. 10,\t20", "3-3"}) {
    source_.given = {{"frames", good}};
    EXPECT_EQ(complete(type), json({{"frames", good}}).dump()) << good;
  }
  for (const char* const bad : {"abc", "1-", "-5", "1 10", "10-1", "1,,2", "1-2-3", "1-10x2"}) {
    source_.given = {{"frames", bad}};
    EXPECT_EQ(
        complete(type),
        std::string(R"(job type "t": "frames" must be a frame range such as 1-250 or 1,5-10)") +
            ", not \"" + bad + "\"" +
            (bad == std::string_view("10-1") ? ", whose last frame is before its first" : ""));
  }
}

TEST_F(SettingsTest, AnUnknownSettingIsToldWithTheNearest) {
  source_.given = {{"chunksize", "1"}};
  const char* const type =
      R"x([{"key":"frames","type":"string"},{"key":"chunk_size","type":"int32"}])x";
  EXPECT_EQ(complete(type),
            R"(job type "t": there is no setting "chunksize" (did you mean "chunk_size"?))");
  source_.given = {{"colour", "red"}};
  EXPECT_EQ(complete(type),
            R"(job type "t": there is no setting "colour" (available: frames, chunk_size))");
}

TEST_F(SettingsTest, TheBlendFileIsNotTheUsersToSet) {
  source_.given = {{"blendfile", "/tmp/a.blend"}};
  EXPECT_NE(complete(R"x([{"key":"blendfile","type":"string"}])x").find("leave it out"),
            std::string::npos);
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
       {R"("a" must be a whole number, not "1.5")", R"("b" must be one of red, not "blue")",
        R"("c" must be true or false)", R"("d" must be a whole number of at most 9, not 99)",
        R"("e" must be a number, not "1e999")",
        R"("f" must be a whole number from -2147483648 to 2147483647, not "3000000000")",
        R"("g" is required)"})
    EXPECT_NE(wrong.find(part), std::string::npos) << part << " in " << wrong;
}

TEST_F(SettingsTest, TheSceneFillsInWhatBlenderWouldEvaluate) {
  source_.scene.name = "Scene.001";
  source_.scene.camera = "Camera";
  source_.scene.frame_start = 5;
  source_.scene.frame_end = 20;
  source_.scene.frame_rate = 24;
  source_.scene.frame_rate_base = 1.25;
  source_.scene.format = "OPEN_EXR";
  EXPECT_EQ(complete(R"x([{"key":"frames","type":"string",
                          "eval":"f\"{C.scene.frame_start}-{C.scene.frame_end}\""},
                         {"key":"fps","type":"float","eval":"C.scene.render.fps/C.scene.render.fps_base"},
                         {"key":"format","type":"string","eval":"C.scene.render.image_settings.file_format"},
                         {"key":"scene","type":"string","eval":"C.scene.name"}])x"),
            R"({"format":"OPEN_EXR","fps":19.2,"frames":"5-20","scene":"Scene.001"})");
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

TEST_F(SettingsTest, WhatNobodyTouchedIsSentAsTheAddonSendsIt) {
  EXPECT_EQ(complete(R"x([{"key":"a","type":"string"},{"key":"b","type":"int32"},
                         {"key":"c","type":"float"},{"key":"d","type":"bool"},
                         {"key":"e","type":"string","choices":["x","y"]},
                         {"key":"f","type":"string","eval":"bpy.app.version_string"},
                         {"key":"g","type":"int32","default":2,"eval":"bpy.app.version[0]"}])x"),
            R"({"a":"","b":0,"c":0.0,"d":false,"e":"x","f":"","g":2})");
}

TEST_F(SettingsTest, ExpressionsThatTheAddonEvaluatesGoBeforeDefaults) {
  source_.scene.frame_current = 7;
  EXPECT_EQ(
      complete(
          R"x([{"key":"a","type":"int32","default":1,"visible":"hidden","eval":"C.scene.frame_current"},
                         {"key":"b","type":"int32","default":1,"editable":false,"eval":"settings.a + 1"},
                         {"key":"c","type":"int32","default":1,"eval":"C.scene.frame_current",
                          "evalInfo":{"showLinkButton":true,"description":""}},
                         {"key":"d","type":"int32","default":1,"eval":"C.scene.frame_current"}])x"),
      R"({"a":7,"b":8,"c":7,"d":1})");
}

TEST_F(SettingsTest, OneThatCannotBeEvaluatedIsAskedForWhateverItsDefault) {
  const std::string wrong = complete(
      R"x([{"key":"a","type":"int32","default":1,"visible":"web","eval":"len(C.scene.objects)"}])x");
  EXPECT_NE(wrong.find("give --setting a=VALUE"), std::string::npos) << wrong;
}

TEST_F(SettingsTest, WhatFollowsFromAMissingSettingIsNotAskedForAsWell) {
  EXPECT_EQ(complete(R"x([{"key":"root","type":"string","required":true},
                         {"key":"path","type":"string","editable":false,"eval":"settings.root + '/x'"}])x"),
            R"(job type "t": "root" is required: give --setting root=VALUE)");
}

TEST_F(SettingsTest, PathsBecomeAbsoluteAndClean) {
  const auto type = type_of(R"x([{"key":"p","type":"string","subtype":"dir_path"}])x");
  const auto path_of = [&](const std::string& given, std::size_t warnings) {
    source_.given = {{"p", given}};
    const auto completed = complete_settings(type, source_);
    if (!completed) return completed.error().message();
    EXPECT_EQ(completed->warnings.size(), warnings) << given;
    return completed->values["p"].get<std::string>();
  };
  EXPECT_EQ(path_of("/out/../render//x", 0), "/render/x");
  EXPECT_EQ(path_of("///out", 1), "/film/shots/out");
  EXPECT_EQ(path_of("/tmp/out", 1), "/tmp/out");
  EXPECT_EQ(path_of("/farm/out", 0), "/farm/out");
  EXPECT_EQ(path_of("{render}/out", 0), "{render}/out");
  EXPECT_NE(path_of("~/out", 0).find("home folder"), std::string::npos);
}

#ifndef _WIN32
TEST_F(SettingsTest, AWindowsPathNeedsWorkersOnWindows) {
  const auto type = type_of(R"x([{"key":"p","type":"string","subtype":"dir_path"}])x");
  for (const char* const path :
       {"C:\\out", "c:/out", "\\\\server\\out", "render\\out", "//render\\out"}) {
    source_.given = {{"p", path}};
    source_.workers = {.on_windows = false, .elsewhere = true};
    const auto refused = complete_settings(type, source_);
    ASSERT_FALSE(refused) << path;
    EXPECT_NE(refused.error().message().find("workers do not run Windows"), std::string::npos)
        << refused.error().message();
    for (const bool is_mixed : {false, true}) {
      source_.workers = {.on_windows = true, .elsewhere = is_mixed};
      const auto completed = complete_settings(type, source_);
      ASSERT_TRUE(completed) << path;
      EXPECT_EQ(completed->values["p"], path);
      EXPECT_EQ(completed->warnings.size(), is_mixed ? 1 : 0) << path;
    }
  }
}
#endif

TEST_F(SettingsTest, ASceneWithoutCameraIsRefusedUnlessSomethingElseIsRendered) {
  const char* const type = R"x([{"key":"blendfile","type":"string"}])x";
  source_.scene.name = "Empty";
  EXPECT_NE(complete(type).find(R"(the scene "Empty" has no camera)"), std::string::npos);
  source_.scene.has_other_source = true;
  EXPECT_EQ(complete(type), R"({"blendfile":"{jobs}/c/a.blend"})");
}

TEST_F(SettingsTest, AVideoIsRefusedByTypesThatRenderImages) {
  const char* const type = R"x([{"key":"blendfile","type":"string"},
    {"key":"format","type":"string","required":true,"eval":"C.scene.render.image_settings.file_format"},
    {"key":"image_file_extension","type":"string","required":true,"eval":"C.scene.render.file_extension"}])x";
  source_.scene.name = "S";
  source_.scene.camera = "Camera";
  source_.scene.format = "FFMPEG";
  source_.scene.extension = "";
  const std::string wrong = complete(type);
  EXPECT_NE(wrong.find("renders to a video (FFMPEG)"), std::string::npos) << wrong;
  EXPECT_EQ(wrong.find("required"), std::string::npos) << wrong;
  source_.given = {{"format", "OPEN_EXR"}};
  EXPECT_EQ(
      complete(type),
      R"({"blendfile":"{jobs}/c/a.blend","format":"OPEN_EXR","image_file_extension":".exr"})");
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
    EXPECT_EQ(type.error().code, errc::protocol_error);
  }
}

}  // namespace
}  // namespace shaman::manager
