// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/cache/hash_cache.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <sqlite3.h>

#include "submit/cache/file_hash.hpp"
#include "temporary_folder.hpp"

namespace shaman::client {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

class HashCacheTest : public testing::Test {
 protected:
  test::TemporaryFolder folder;
  std::vector<std::string> warnings;
  const std::int64_t now = os::now_ns();

  HashCache open() {
    return HashCache(folder.path("cache"),
                     [this](const std::string& text) { warnings.push_back(text); });
  }

  [[nodiscard]] FileState file(const std::string& name, std::int64_t age_ns = 100 * kSecond) const {
    return {"/p/" + name,
            {os::FileType::regular, 10, now - age_ns, now - age_ns, {~std::uint64_t{0}, 7}}};
  }

  std::optional<Digest> find(const FileState& state) {
    HashCache cache = open();
    return cache.find_digests(std::span(&state, 1)).front();
  }
};

TEST_F(HashCacheTest, RemembersAcrossProcesses) {
  {
    HashCache cache = open();
    cache.keep_digest(file("a"), now, Sha256::of("a"));
    cache.keep_rewritten(file("b.blend"), now, Sha256::of("recipe"), {Sha256::of("b"), 99});
    cache.keep_scan(file("b.blend"), now, "v1", std::string("x\0y", 3));
    cache.flush();
  }
  EXPECT_EQ(find(file("a")), Sha256::of("a"));
  HashCache cache = open();
  EXPECT_EQ(cache.find_rewritten(file("b.blend"), Sha256::of("recipe")),
            (BlobId{Sha256::of("b"), 99}));
  EXPECT_EQ(cache.find_rewritten(file("b.blend"), Sha256::of("other")), std::nullopt);
  EXPECT_EQ(cache.find_scan(file("b.blend"), "v1"), std::string("x\0y", 3));
  EXPECT_EQ(cache.find_scan(file("b.blend"), "v2"), "");
  EXPECT_THAT(warnings, testing::IsEmpty());
}

TEST_F(HashCacheTest, KnowsAFileOnlyInExactlyItsState) {
  {
    HashCache cache = open();
    cache.keep_digest(file("a"), now, Sha256::of("a"));
    cache.flush();
  }
  const auto differs = [&](auto change) {
    FileState state = file("a");
    change(state);
    return find(state) == std::nullopt;
  };
  EXPECT_TRUE(differs([](FileState& s) { s.path += "x"; }));
  EXPECT_TRUE(differs([](FileState& s) { s.info.size += 1; }));
  EXPECT_TRUE(differs([](FileState& s) { s.info.mtime_ns += 1; }));
  EXPECT_TRUE(differs([](FileState& s) { s.info.ctime_ns += 1; }));
  EXPECT_TRUE(differs([](FileState& s) { s.info.identity.file += 1; }));
  EXPECT_TRUE(differs([](FileState& s) { s.info.identity.device -= 1; }));
}

TEST_F(HashCacheTest, DoesNotTrustWhatChangedAMomentBefore) {
  {
    HashCache cache = open();
    cache.keep_digest(file("young", 2 * kSecond - 1), now, Sha256::of("a"));
    cache.keep_digest(file("old enough", 2 * kSecond), now, Sha256::of("a"));
    FileState touched = file("attributes changed");
    touched.info.ctime_ns = now - kSecond;
    cache.keep_digest(touched, now, Sha256::of("a"));
    cache.flush();
    EXPECT_FALSE(cache.find_digests(std::span(&touched, 1)).front());
  }
  EXPECT_FALSE(find(file("young", 2 * kSecond - 1)));
  EXPECT_TRUE(find(file("old enough", 2 * kSecond)));
}

TEST_F(HashCacheTest, RemembersThePiecesOfWhatIsStoredUntilTheNextOne) {
  const std::string path = "/p/a.blend";
  const auto blob = [](const char* content) { return BlobId{Sha256::of(content), 7}; };
  const auto with_cache = [&](const auto& use) {
    HashCache cache = open();
    use(cache);
    cache.flush();
  };
  with_cache([&](HashCache& cache) {
    cache.keep_pieces(path, blob("first"), {{10, 1}});
    cache.keep_stored(path, blob("first"));
  });
  with_cache([&](HashCache& cache) {
    EXPECT_EQ(cache.find_pieces(path, blob("first")), (CutPieces{{10, 1}}));
    EXPECT_FALSE(cache.find_earlier(path, blob("first")));
    EXPECT_FALSE(cache.find_earlier("/p/b.blend", blob("second")));
    cache.keep_pieces(path, blob("unsent"), {{20, 2}});
  });
  with_cache([&](HashCache& cache) {
    cache.keep_pieces(path, blob("second"), {{30, 3}});
    // A blob without pieces is not a base.
    cache.keep_stored(path, blob("unknown"));
  });
  with_cache([&](HashCache& cache) {
    EXPECT_FALSE(cache.find_pieces(path, blob("unsent")));
    const auto earlier = cache.find_earlier(path, blob("second"));
    ASSERT_TRUE(earlier);
    EXPECT_EQ(earlier->blob, blob("first"));
    EXPECT_EQ(earlier->pieces, (CutPieces{{10, 1}}));
    cache.keep_stored(path, blob("second"));
  });
  with_cache([&](HashCache& cache) {
    EXPECT_FALSE(cache.find_pieces(path, blob("first")));
    EXPECT_EQ(cache.find_earlier(path, blob("third"))->blob, blob("second"));
  });
}

TEST_F(HashCacheTest, GivesAnOldDatabaseATableOfPieces) {
  {
    HashCache cache = open();
    cache.keep_digest(file("a"), now, Sha256::of("a"));
    cache.flush();
  }
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(folder.path("cache/files.sqlite3").c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database, "DROP TABLE pieces", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
  HashCache cache = open();
  cache.keep_pieces("/p/a", {}, {{10, 1}});
  cache.flush();
  EXPECT_TRUE(cache.find_pieces("/p/a", {}));
  EXPECT_EQ(find(file("a")), Sha256::of("a"));
  EXPECT_THAT(warnings, testing::IsEmpty());
}

TEST_F(HashCacheTest, SetsADamagedDatabaseAside) {
  folder.write("cache/files.sqlite3", std::string(8192, 'x'));
  {
    HashCache cache = open();
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_THAT(warnings[0], testing::HasSubstr("damaged"));
    cache.keep_digest(file("a"), now, Sha256::of("a"));
    cache.flush();
  }
  EXPECT_EQ(find(file("a")), Sha256::of("a"));
  EXPECT_EQ(folder.read(folder.path("cache/files.sqlite3.damaged")), std::string(8192, 'x'));
  EXPECT_EQ(warnings.size(), 1U);
}

TEST_F(HashCacheTest, GoesOnWithoutAFolder) {
  folder.write("cache", "a file where the folder should be");
  HashCache cache = open();
  EXPECT_EQ(warnings.size(), 1U);
  cache.keep_digest(file("a"), now, Sha256::of("a"));
  cache.flush();
  const FileState a = file("a");
  EXPECT_FALSE(cache.find_digests(std::span(&a, 1)).front());

  HashCache none({}, {});
  EXPECT_FALSE(none.find_digests(std::span(&a, 1)).front());
}

TEST_F(HashCacheTest, BeginsAnewWithTablesOfAnotherVersion) {
  folder.write("cache/x", "");
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(folder.path("cache/files.sqlite3").c_str(), &database), SQLITE_OK);
  sqlite3_exec(database, "CREATE TABLE digests(x); PRAGMA user_version=99", nullptr, nullptr,
               nullptr);
  sqlite3_close(database);
  {
    HashCache cache = open();
    cache.keep_digest(file("a"), now, Sha256::of("a"));
    cache.flush();
  }
  EXPECT_EQ(find(file("a")), Sha256::of("a"));
  EXPECT_THAT(warnings, testing::IsEmpty());
}

TEST_F(HashCacheTest, IsSharedByManyAtOnce) {
  std::vector<std::thread> writers;
  writers.reserve(4);
  for (int writer = 0; writer < 4; ++writer)
    writers.emplace_back([&, writer] {
      HashCache cache(folder.path("cache"), [](const std::string& text) { ADD_FAILURE() << text; });
      for (int i = 0; i < 200; ++i) {
        const std::string name = std::to_string(writer) + "-" + std::to_string(i);
        cache.keep_digest(file(name), now, Sha256::of(name));
        if (i % 20 == 0) cache.flush();
      }
      cache.flush();
    });
  for (std::thread& writer : writers)
    writer.join();
  EXPECT_EQ(find(file("3-199")), Sha256::of("3-199"));
  EXPECT_EQ(find(file("0-0")), Sha256::of("0-0"));
}

TEST_F(HashCacheTest, FindsThousandsInOrderOfTheQuestion) {
  std::vector<FileState> files;
  HashCache cache = open();
  for (int i = 0; i < 10'000; ++i) {
    files.push_back(file("f" + std::to_string(i * 7919 % 10'000)));
    if (i % 3 != 0) cache.keep_digest(files.back(), now, Sha256::of(files.back().path));
  }
  cache.flush();
  const auto found = cache.find_digests(files);
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (i % 3 == 0) {
      ASSERT_FALSE(found[i]);
    } else {
      ASSERT_EQ(found[i], Sha256::of(files[i].path));
    }
  }
}

TEST(HashFile, GivesDigestAndState) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("a", std::string(3 << 20, 'q'));
  std::atomic<std::uint64_t> counted = 0;
  const result<HashedFile> hashed = hash_file(path, {{}, &counted});
  ASSERT_TRUE(hashed);
  EXPECT_EQ(hashed->blob, (BlobId{Sha256::of(std::string(3 << 20, 'q')), 3 << 20}));
  EXPECT_EQ(hashed->state.info, *os::info(path));
  EXPECT_EQ(counted, 3U << 20U);
}

TEST(HashFile, CanBeStoppedAndSaysWhatIsNotThere) {
  const test::TemporaryFolder folder;
  std::stop_source stop;
  stop.request_stop();
  const std::string path = folder.write("a", "x");
  EXPECT_EQ(hash_file(path, {stop.get_token()}).error().code, errc::cancelled);
  EXPECT_EQ(hash_file(folder.path("b"), {}).error().code, errc::not_found);
}

}  // namespace
}  // namespace shaman::client
