// SPDX-License-Identifier: GPL-3.0-or-later
#include "pull/cache/blob_cache.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "shaman/os.hpp"

#include "base/folder/sealed_file.hpp"
#include "pull/cache/names.hpp"
#include "pull/receive/file_receiver.hpp"
#include "temporary_folder.hpp"

using namespace shaman;
using namespace shaman::pull;

namespace {

constexpr std::uint64_t kLimit = 300;

// Each of 100 bytes.
std::string content_of(char letter) {
  return std::string(100, letter);
}
BlobId id_of(char letter) {
  return {Sha256::of(content_of(letter)), 100};
}

class Cache : public testing::Test {
 protected:
  std::unique_ptr<BlobCache> open() { return *BlobCache::open(folder.path("cache"), kLimit); }

  // The age is in seconds.
  void add(char letter, std::int64_t age) {
    const std::string content = content_of(letter);
    ASSERT_TRUE(put(*cache, id_of(letter), std::as_bytes(std::span(content))));
    const auto set =
        os::set_mtime(cache->path_of(id_of(letter)), os::now_ns() - age * 1'000'000'000);
    ASSERT_TRUE(set);
  }

  PullState state_of(const std::string& id, std::string_view letters) {
    PullState state{id,     folder.path(id), cache->folder(), "http://farm",
                    "shot", "\"tag\"",       Mode::symlink,   {}};
    for (const char letter : letters)
      state.files.push_back({std::string(1, letter), id_of(letter), 0});
    return state;
  }

  // A folder that was pulled and is there.
  void use(const std::string& id, std::string_view letters) {
    const PullState state = state_of(id, letters);
    folder.write(id + "/" + std::string(kStateName), state_text(state));
    ASSERT_TRUE(cache->announce(state));
    ASSERT_TRUE(cache->confirm(id));
  }

  std::string kept(std::string_view letters) {
    std::string found;
    for (const char letter : letters)
      if (cache->has(id_of(letter))) found += letter;
    return found;
  }

  test::TemporaryFolder folder;
  std::unique_ptr<BlobCache> cache = open();
};

TEST_F(Cache, LosesTheLeastRecentlyUsedFirst) {
  add('a', 30);
  add('b', 50);
  add('c', 40);
  const auto room = cache->make_room(150);
  ASSERT_TRUE(room);
  EXPECT_EQ(kept("abc"), "a");
  EXPECT_EQ(room->removed, 200U);
  EXPECT_EQ(room->bytes, 100U);
  EXPECT_TRUE(room->is_within_limit);
}

TEST_F(Cache, LosesNothingWithinItsLimit) {
  add('a', 30);
  add('b', 50);
  ASSERT_TRUE(cache->make_room(100));
  EXPECT_EQ(kept("ab"), "ab");
}

TEST_F(Cache, TouchedFilesCountAsUsed) {
  add('a', 30);
  add('b', 50);
  add('c', 40);
  cache->touch(id_of('b'));
  ASSERT_TRUE(cache->make_room(100));
  EXPECT_EQ(kept("abc"), "ab");
}

TEST_F(Cache, KeepsWhatFoldersUse) {
  add('a', 30);
  add('b', 50);
  add('c', 40);
  use("one", "b");
  const auto room = cache->make_room(kLimit);
  ASSERT_TRUE(room);
  EXPECT_EQ(kept("abc"), "b");
  EXPECT_EQ(room->in_use, 100U);
  EXPECT_FALSE(room->is_within_limit);
}

TEST_F(Cache, FoldersThatAreGoneRelease) {
  add('a', 30);
  use("one", "a");
  std::filesystem::remove_all(folder.path("one"));
  ASSERT_TRUE(cache->make_room(kLimit));
  EXPECT_EQ(kept("a"), "");
  EXPECT_FALSE(std::filesystem::exists(folder.path("cache/folders/one.use")));
}

TEST_F(Cache, AFolderThatBecameAnotherOneReleases) {
  add('a', 30);
  use("one", "a");
  PullState other = state_of("other", "");
  folder.write("one/" + std::string(kStateName), state_text(other));
  ASSERT_TRUE(cache->make_room(kLimit));
  EXPECT_EQ(kept("a"), "");
}

TEST_F(Cache, FilesOfAFolderThatIsGoneCountAsUsedWhenItWas) {
  add('a', 5000);
  add('b', 4000);
  add('c', 3000);
  use("one", "a");
  std::filesystem::remove_all(folder.path("one"));
  ASSERT_TRUE(cache->make_room(100));
  EXPECT_EQ(kept("abc"), "ac");
}

TEST_F(Cache, KeepsWhatAPullOfAnotherProcessNeeds) {
  add('a', 30);
  const auto other = open();
  ASSERT_TRUE(*other->try_lock_folder("new"));
  ASSERT_TRUE(other->announce(state_of("new", "a")));
  ASSERT_TRUE(cache->make_room(kLimit));
  EXPECT_EQ(kept("a"), "a");
  other->unlock_folder("new");
  ASSERT_TRUE(cache->make_room(kLimit));
  EXPECT_EQ(kept("a"), "");
}

TEST_F(Cache, KeepsWhatItsOwnPullNeeds) {
  add('a', 30);
  ASSERT_TRUE(*cache->try_lock_folder("new"));
  ASSERT_TRUE(cache->announce(state_of("new", "a")));
  ASSERT_TRUE(cache->make_room(kLimit));
  EXPECT_EQ(kept("a"), "a");
  EXPECT_FALSE(*open()->try_lock_folder("new"));
}

TEST_F(Cache, OldPartsCountAndGo) {
  folder.write("cache/partial/" + blob_name(id_of('a')), std::string(90, 'a'));
  add('b', 0);
  add('c', 0);
  const auto room = cache->make_room(20);
  ASSERT_TRUE(room);
  EXPECT_FALSE(std::filesystem::exists(cache->partial_path_of(id_of('a'))));
  EXPECT_EQ(kept("bc"), "bc");
}

TEST_F(Cache, PartsThatAreBeingReceivedStay) {
  folder.write("cache/partial/" + blob_name(id_of('a')), std::string(90, 'a'));
  const auto other = open();
  ASSERT_TRUE(*other->try_lock(id_of('a')));
  ASSERT_TRUE(cache->make_room(kLimit));
  EXPECT_TRUE(std::filesystem::exists(cache->partial_path_of(id_of('a'))));
}

TEST_F(Cache, OneProcessReceivesAFile) {
  const auto other = open();
  ASSERT_TRUE(*cache->try_lock(id_of('a')));
  EXPECT_FALSE(*other->try_lock(id_of('a')));
  EXPECT_TRUE(*other->try_lock(id_of('b')));
  cache->unlock(id_of('a'));
  EXPECT_TRUE(*other->try_lock(id_of('a')));
}

TEST_F(Cache, ADeadProcessHoldsNothing) {
  {
    const auto other = open();
    ASSERT_TRUE(*other->try_lock(id_of('a')));
    ASSERT_TRUE(*other->try_lock_folder("new"));
  }
  EXPECT_TRUE(*cache->try_lock(id_of('a')));
  EXPECT_TRUE(*cache->try_lock_folder("new"));
}

TEST_F(Cache, AFileOfAnotherSizeIsNotThere) {
  add('a', 0);
  ASSERT_TRUE(os::remove_file(cache->path_of(id_of('a'))));
  folder.write("cache/" + BlobCache::name_of(id_of('a')), "short");
  EXPECT_FALSE(cache->has(id_of('a')));
}

TEST_F(Cache, KnowsWhatItConfirmed) {
  use("one", "a");
  EXPECT_TRUE(cache->knows(state_of("one", "a")));
  PullState other = state_of("one", "a");
  other.etag = "\"other\"";
  EXPECT_FALSE(cache->knows(other));
  EXPECT_FALSE(cache->unconfirmed("one"));
  ASSERT_TRUE(cache->announce(other));
  EXPECT_EQ(cache->unconfirmed("one"), other);
  ASSERT_TRUE(cache->release("one"));
  EXPECT_FALSE(cache->knows(state_of("one", "a")));
}

TEST_F(Cache, StrangeFilesInItAreLeftAlone) {
  folder.write("cache/files/ab/strange", "x");
  folder.write("cache/folders/strange", "x");
  folder.write("cache/folders/damaged.use", "x");
  ASSERT_TRUE(cache->make_room(kLimit + 1));
  EXPECT_TRUE(std::filesystem::exists(folder.path("cache/files/ab/strange")));
  EXPECT_TRUE(std::filesystem::exists(folder.path("cache/folders/strange")));
}

TEST(BlobNames, AreReadAsTheyAreWritten) {
  EXPECT_EQ(blob_of_name(blob_name(id_of('a'))), id_of('a'));
  const std::string hex = id_of('a').digest.hex();
  for (const std::string& wrong :
       {hex, hex + "-", hex + "-01", hex + "-1x", hex + "-+1", hex.substr(1) + "-1", std::string()})
    EXPECT_FALSE(blob_of_name(wrong)) << wrong;
}

}  // namespace
