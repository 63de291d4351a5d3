// SPDX-License-Identifier: GPL-3.0-or-later
#include "pull/manifest.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/json_writer.hpp"

using namespace shaman;
using namespace shaman::pull;

namespace {

constexpr NameRules kWithCase{};
constexpr NameRules kWithoutCase{true, false};
constexpr NameRules kWindows{true, true};

std::string manifest_of(const std::vector<std::string>& paths) {
  std::string text = R"({"checkoutPath":"x","created":"2026-12-01T00:00:00Z","files":[)";
  for (const std::string& path : paths) {
    if (text.back() == '}') text += ',';
    JsonObject(text).text("path", path).text("sha", Sha256::of(path).hex()).number("size", 7);
  }
  return text + "]}";
}

errc refusal_of(const std::vector<std::string>& paths, NameRules rules = kWithCase) {
  const auto read = read_manifest(manifest_of(paths), rules);
  EXPECT_FALSE(read) << paths.front();
  return read ? errc::cancelled : read.error().code;
}

TEST(Manifest, IsSortedByPath) {
  const auto read = read_manifest(manifest_of({"b", "a/c", "a.b"}), kWithCase);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 3U);
  EXPECT_EQ((*read)[0].path, "a.b");
  EXPECT_EQ((*read)[1].path, "a/c");
  EXPECT_EQ((*read)[2], (PulledFile{"b", {Sha256::of("b"), 7}, 0}));
}

TEST(Manifest, PathsThatLeadOutAreRefused) {
  for (const char* const path :
       {"../x", "a/../b", "/x", "a//b", "./a", "", "a/", "a\\b", "a\nb", ".shaman-checkout",
        ".shaman-pull", "a/.shaman-pull-new", "a/.Shaman-Pull", "\xe2\x80\x8b.shaman-pull"})
    EXPECT_EQ(refusal_of({path}), errc::unsafe_path) << path;
}

TEST(Manifest, OneNameIsOneFile) {
  EXPECT_EQ(refusal_of({"a", "a"}), errc::conflicting_paths);
  EXPECT_EQ(refusal_of({"a", "a/b"}), errc::conflicting_paths);
  EXPECT_EQ(refusal_of({"a/b/c", "a/b"}), errc::conflicting_paths);
}

TEST(Manifest, CaseCountsWhereTheSystemSaysSo) {
  EXPECT_TRUE(read_manifest(manifest_of({"A", "a", "B/c", "b/d"}), kWithCase));
  EXPECT_EQ(refusal_of({"A", "a"}, kWithoutCase), errc::conflicting_paths);
  EXPECT_EQ(refusal_of({"B/c", "b/d"}, kWithoutCase), errc::conflicting_paths);
  EXPECT_TRUE(read_manifest(manifest_of({"B/c", "B/d"}), kWithoutCase));
}

TEST(Manifest, WindowsHasFewerNames) {
  EXPECT_TRUE(read_manifest(manifest_of({"a:b"}), kWithCase));
  EXPECT_EQ(refusal_of({"a:b"}, kWindows), errc::unsafe_path);
  EXPECT_EQ(refusal_of({"a.", "a"}, kWindows), errc::conflicting_paths);
}

TEST(Manifest, EverythingElseIsNotOne) {
  for (const char* const text :
       {"", "[]", "{}", "1", R"({"files":{}})", R"({"files":[1]})", R"({"files":[{"path":"a"}]})",
        R"({"files":[{"path":"a","sha":"00","size":1}]})",
        R"({"files":[{"path":1,"sha":"00","size":1}]})", R"({"files":[)"}) {
    const auto read = read_manifest(text, kWithCase);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, errc::protocol_error);
  }
  EXPECT_TRUE(read_manifest(R"({"files":[]})", kWithCase));
}

}  // namespace
