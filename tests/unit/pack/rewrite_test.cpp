// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/pack/rewrite.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shaman/digest.hpp"

#include "blend_forms.hpp"
#include "temporary_folder.hpp"

namespace shaman::pack {
namespace {

using shaman::test::TemporaryFolder;
using test::rewritten;
using ::testing::HasSubstr;

constexpr std::size_t kSize = 1'200'000;
constexpr std::uint32_t kCapacity = 1024;

// Every form that a .blend has; fields lie across the borders of frames, and of what is read at
// once.
const std::map<std::string, std::function<std::string(std::string_view)>>& forms() {
  static const std::map<std::string, std::function<std::string(std::string_view)>> kForms{
      {"plain", [](auto content) { return std::string(content); }},
      {"gzip", [](auto content) { return test::gzip(content); }},
      {"gzip members",
       [](auto content) {
         return test::gzip(content.substr(0, 300'100)) + test::gzip(content.substr(300'100));
       }},
      {"zstd as Blender's", [](auto content) { return test::zstd(content, {300'000}); }},
      {"zstd, small frames", [](auto content) { return test::zstd(content, {50'000}); }},
      {"zstd, one frame",
       [](auto content) {
         return test::zstd(content, {0, true, true, false, false});
       }},
      {"zstd, one frame, no size",
       [](auto content) {
         return test::zstd(content, {0, false, false, false, false});
       }},
      {"zstd, no sizes",
       [](auto content) {
         return test::zstd(content, {300'000, false, true, true, false});
       }},
      {"zstd, no sizes, no table",
       [](auto content) {
         return test::zstd(content, {300'000, false, false, false, false});
       }},
      {"zstd, all checksums",
       [](auto content) {
         return test::zstd(content, {300'000, true, true, true, true});
       }},
      {"zstd, checksums only in the table",
       [](auto content) {
         return test::zstd(content, {300'000, true, false, true, true});
       }},
  };
  return kForms;
}

struct Example {
  std::string content = test::blend_like(kSize);
  std::vector<Patch> patches;

  Example() {
    add(100, kCapacity, "//tex/a.png", "//_outside_project/a.png");
    add(299'990, kCapacity, "/home/me/across a border.png", "//b.png");
    add(600'000, 16, "//exactly15byte", "");
    add((1 << 20) - 3, 32, "//across a piece.png", "//c.png");
    add(kSize - 10, 10, "//end", "//123456");
  }
  void add(std::uint64_t offset, std::uint32_t capacity, std::string now, std::string then) {
    test::put_field(content, offset, capacity, now);
    patches.push_back({offset, capacity, std::move(then), std::move(now)});
  }
  [[nodiscard]] std::string patched() const {
    std::string copy = content;
    for (const Patch& patch : patches)
      test::put_field(copy, patch.offset, patch.capacity, patch.text);
    return copy;
  }
};

TEST(RewriteBlend, WithoutPatchesIsACopy) {
  const TemporaryFolder folder;
  for (const auto& [name, make] : forms()) {
    const std::string file = make(Example().content);
    EXPECT_TRUE(rewritten(folder.write("a.blend", file), {}).value() == file) << name;
  }
}

TEST(RewriteBlend, ChangesTheFieldsAndNothingElse) {
  const TemporaryFolder folder;
  const Example example;
  for (const auto& [name, make] : forms()) {
    const std::string file = make(example.content);
    const auto result = rewritten(folder.write("a.blend", file), example.patches);
    ASSERT_TRUE(result) << name << ": " << result.error().message();
    EXPECT_EQ(result->substr(0, 4) == file.substr(0, 4), true) << name << " keeps its form";
    EXPECT_TRUE(test::content_of(*result) == example.patched()) << name;
  }
}

TEST(RewriteBlend, TheSameTwiceHasTheSameDigest) {
  const TemporaryFolder folder;
  const Example example;
  for (const auto& [name, make] : forms()) {
    const std::string path = folder.write("a.blend", make(example.content));
    EXPECT_EQ(Sha256::of(rewritten(path, example.patches).value()),
              Sha256::of(rewritten(path, example.patches).value()))
        << name;
  }
}

TEST(RewriteBlend, KeepsTheFramesThatNoPatchTouches) {
  const TemporaryFolder folder;
  const Example example;
  const test::ZstdForm form{50'000};
  const auto result =
      rewritten(folder.write("a.blend", test::zstd(example.content, form)), example.patches);
  ASSERT_TRUE(result);
  const std::vector<std::string> before = test::zstd_frames(example.content, form);
  std::vector<std::size_t> changed;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (result->find(before[i]) == std::string::npos) changed.push_back(i);
  }
  EXPECT_THAT(changed, ::testing::ElementsAre(0, 5, 6, 12, 20, 23));
}

TEST(RewriteBlend, TheSeekTableFollows) {
  const TemporaryFolder folder;
  const Example example;
  for (const bool checksums : {false, true}) {
    const test::ZstdForm form{300'000, true, false, true, checksums};
    const auto result =
        rewritten(folder.write("a.blend", test::zstd(example.content, form)), example.patches);
    ASSERT_TRUE(result);
    // What frames of these very bytes would be listed as, but for their compressed size.
    const std::string wanted = test::zstd(example.patched(), form);
    const std::size_t entry = checksums ? 12 : 8;
    const std::size_t table = 4 * entry + 9;
    std::size_t offset = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const std::string ours = result->substr(result->size() - table + i * entry, entry);
      EXPECT_EQ(ours.substr(4), wanted.substr(wanted.size() - table + i * entry + 4, entry - 4));
      std::size_t size = 0;
      for (std::size_t k = 4; k-- > 0;)
        size = size << 8 | static_cast<unsigned char>(ours[k]);
      EXPECT_EQ(ZSTD_findFrameCompressedSize(result->data() + offset, result->size() - offset),
                size);
      offset += size;
    }
    EXPECT_EQ(result->size(), offset + 8 + table);
    EXPECT_EQ(result->substr(result->size() - 9), wanted.substr(wanted.size() - 9));
  }
}

TEST(RewriteBlend, AFieldThatHoldsSomethingElseMeansThatTheFileChanged) {
  const TemporaryFolder folder;
  Example example;
  const std::vector<Patch> good = example.patches;
  for (const auto& [name, make] : forms()) {
    const std::string path = folder.write("a.blend", make(example.content));
    for (const std::string other : {"//tex/b.png", "//tex/a.pn", "//tex/a.png2"}) {
      example.patches = good;
      example.patches[0].expected = other;
      const auto result = rewritten(path, example.patches);
      ASSERT_FALSE(result) << name << other;
      EXPECT_EQ(result.error().code, errc::changed_while_read);
      EXPECT_THAT(result.error().message(), HasSubstr(path));
    }
  }
}

TEST(RewriteBlend, APatchBehindTheEndMeansThatTheFileChanged) {
  const TemporaryFolder folder;
  for (const auto& [name, make] : forms()) {
    const std::string path = folder.write("a.blend", make(Example().content));
    for (const std::uint64_t offset : {kSize - 5, kSize, kSize + 1'000'000}) {
      const auto result = rewritten(path, {{offset, kCapacity, "//a", "//b"}});
      ASSERT_FALSE(result) << name;
      EXPECT_EQ(result.error().code, errc::changed_while_read) << name;
    }
  }
}

TEST(RewriteBlend, RefusesPatchesThatDoNotFit) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.blend", Example().content);
  const std::vector<std::vector<Patch>> bad{
      {{100, 4, "1234", ""}},                  // no room for the NUL
      {{100, 4, "1", "12345"}},                // more expected than there is
      {{100, 0, "", ""}},                      // no field
      {{200, 9, "a", ""}, {100, 9, "a", ""}},  // not sorted
      {{100, 9, "a", ""}, {108, 9, "a", ""}},  // overlapping
      {{100, 9, std::string("a\0b", 3), ""}},  // NUL inside
      {{~std::uint64_t{0} - 4, 9, "a", ""}},   // offset overflows
  };
  for (const auto& patches : bad) {
    const auto result = rewritten(path, patches);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, errc::invalid_argument);
  }
}

TEST(RewriteBlend, WhatTheSinkSaysComesBack) {
  const TemporaryFolder folder;
  const Example example;
  const Sink full = [](std::span<const std::byte>) -> result<void> {
    return Error{errc::storage_full, ""};
  };
  for (const auto& [name, make] : forms()) {
    const std::string path = folder.write("a.blend", make(example.content));
    EXPECT_EQ(rewrite_blend(path, example.patches, full).error().code, errc::storage_full) << name;
    EXPECT_EQ(rewrite_blend(path, {}, full).error().code, errc::storage_full) << name;
  }
}

TEST(RewriteBlend, AFileThatIsNoBlendIsDamaged) {
  const TemporaryFolder folder;
  const Example example;
  for (const std::string start : {"", "BLEND", "PK\x03\x04", "\x50\x2a\x4d\x18"}) {
    const auto result = rewritten(folder.write("a.blend", start), example.patches);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, errc::damaged_file);
    EXPECT_THAT(result.error().message(), HasSubstr("a.blend"));
  }
  EXPECT_EQ(rewritten(folder.path("none"), {}).error().code, errc::not_found);
}

// Damage must be told, or (where it is in what nobody looks at) be harmless; never more.
void expect_error_or_whole(const std::string& path, const Example& example,
                           const std::string& what) {
  const auto result = rewritten(path, example.patches);
  if (result) return;
  EXPECT_THAT(result.error().code,
              ::testing::AnyOf(errc::damaged_file, errc::changed_while_read, errc::limit_exceeded))
      << what;
  EXPECT_THAT(result.error().message(), HasSubstr(path)) << what;
}

TEST(RewriteBlend, CutOffFilesAreErrorsThatNameFileAndOffset) {
  const TemporaryFolder folder;
  const Example example;
  for (const auto& [name, make] : forms()) {
    const std::string file = make(example.content);
    for (std::size_t part = 0; part < 50; ++part) {
      const std::string path = folder.write("a.blend", file.substr(0, file.size() * part / 50));
      const auto result = rewritten(path, example.patches);
      ASSERT_FALSE(result) << name << ' ' << part;
      EXPECT_THAT(result.error().message(), HasSubstr(path));
      if (name != "plain" && part > 0) {
        EXPECT_THAT(result.error().message(), HasSubstr(" offset ")) << name << ' ' << part;
      }
    }
  }
}

TEST(RewriteBlend, FlippedBytesNeverDoMoreThanFail) {
  const TemporaryFolder folder;
  const Example example;
  for (const auto& [name, make] : forms()) {
    const std::string file = make(example.content);
    for (std::size_t i = 0; i < 60; ++i) {
      std::string flipped = file;
      // Half of them in the headers at both ends.
      const std::size_t at = i < 20   ? i
                             : i < 40 ? file.size() - 1 - (i - 20)
                                      : file.size() * (i - 40) / 20;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << i % 8));
      expect_error_or_whole(folder.write("a.blend", flipped), example,
                            name + " at " + std::to_string(at));
    }
  }
}

TEST(RewriteBlend, HostileSizesAreRefused) {
  const TemporaryFolder folder;
  // A zstd frame that says 2^62 bytes: descriptor 0xE0 (8-byte size, single segment), one empty
  // last block.
  const std::string huge = "\x28\xb5\x2f\xfd\xe0" + test::little_endian(std::uint64_t{1} << 62, 8) +
                           std::string("\x01\0\0", 3);
  auto result = rewritten(folder.write("huge.blend", huge), {{5, 9, "a", ""}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, errc::limit_exceeded);

  // Zeros compress by more than 2,000 times.
  const std::string zeros(40'000'000, '\0');
  const auto bomb = test::zstd("BLENDER" + zeros, {0, false, false, false, false});
  result = rewritten(folder.write("bomb.blend", bomb), {{40'000'000, 7, "a", ""}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, errc::limit_exceeded);

  // A window of 2^30 bytes: descriptor 0x00, window 0xA0, an empty last block.
  const std::string window("\x28\xb5\x2f\xfd\x00\xa0\x01\0\0", 9);
  result = rewritten(folder.write("window.blend", window), {{0, 7, "a", ""}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, errc::damaged_file);
}

}  // namespace
}  // namespace shaman::pack
