// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/blend/byte_source.hpp"

#include <fstream>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "blend_encode.hpp"
#include "temporary_folder.hpp"

namespace shaman::blend {
namespace {

// Neither all the same nor incompressible.
std::string sample_text(std::size_t size) {
  std::mt19937 random(7);
  std::string bytes;
  while (bytes.size() < size)
    bytes += "block " + std::to_string(random() % 5000) + (random() % 3 == 0 ? "\n" : " of data ");
  bytes.resize(size);
  return bytes;
}

std::string read(ByteSource& source, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  const result<std::size_t> count =
      source.read_at(offset, std::as_writable_bytes(std::span(bytes)));
  if (!count) return "error: " + count.error().message();
  bytes.resize(*count);
  return bytes;
}

struct Form {
  std::string name;
  Compression compression;
  std::string bytes;
};

std::vector<Form> forms(const std::string& content) {
  const std::size_t half = content.size() / 2;
  return {
      {"plain", Compression::none, content},
      {"gzip", Compression::gzip, test::gzip(content)},
      {"gzip of two members", Compression::gzip,
       test::gzip(content.substr(0, half)) + test::gzip(content.substr(half))},
      {"zstd, seekable", Compression::zstd, test::zstd(content, 1 << 20, true)},
      {"zstd, small frames", Compression::zstd, test::zstd(content, 5000, true)},
      {"zstd, no seek table", Compression::zstd, test::zstd(content, 1 << 18, false)},
      {"zstd, one frame", Compression::zstd, test::zstd(content, content.size(), false)},
  };
}

TEST(ByteSource, ReadsTheSameBytesFromEveryForm) {
  const test::TemporaryFolder folder;
  const std::string content = sample_text(6'000'000);
  for (const Form& form : forms(content)) {
    SCOPED_TRACE(form.name);
    const std::string path = folder.write("file.blend", form.bytes);
    const auto source = ByteSource::open(path);
    ASSERT_TRUE(source) << source.error().message();
    EXPECT_EQ((*source)->compression(), form.compression);
    std::mt19937 random(1);
    for (int i = 0; i < 200; ++i) {
      const std::uint64_t offset = random() % content.size();
      const std::size_t size = i % 10 == 0 ? 300'000 : random() % 200;
      ASSERT_EQ(read(**source, offset, size), content.substr(offset, size)) << offset;
    }
    EXPECT_EQ(read(**source, content.size() - 3, 10), content.substr(content.size() - 3));
    EXPECT_EQ(read(**source, content.size() + 100, 10), "");
  }
}

// What the system has read for this process, from whichever file; nothing where it does not tell.
std::optional<std::uint64_t> bytes_read_so_far() {
  std::ifstream counters("/proc/self/io");
  std::string name;
  std::uint64_t value = 0;
  while (counters >> name >> value) {
    if (name == "rchar:") return value;
  }
  return std::nullopt;
}

// The same while `walk` goes over a file of this content.
template <class Walk>
std::optional<std::uint64_t> bytes_read_by(const std::string& content, Walk walk) {
  const test::TemporaryFolder folder;
  const auto source = ByteSource::open(folder.write("a", content));
  EXPECT_TRUE(source);
  const std::optional<std::uint64_t> before = bytes_read_so_far();
  if (!source || !before) return std::nullopt;
  walk(**source);
  return *bytes_read_so_far() - *before;
}

TEST(ByteSource, ReadsAFileOnceThatIsWalkedToAndFro) {
  const std::string content = sample_text(4'000'000);
  const auto bytes = bytes_read_by(content, [&](ByteSource& source) {
    for (std::uint64_t at = 10'000; at + 3000 < content.size(); at += 3000) {
      ASSERT_EQ(read(source, at, 100), content.substr(at, 100));
      ASSERT_EQ(read(source, at - 9000, 100), content.substr(at - 9000, 100));
    }
  });
  if (!bytes) GTEST_SKIP() << "this system does not count what a process reads";
  EXPECT_LT(*bytes, content.size() * 5 / 4);
}

TEST(ByteSource, SeeksOverWhatIsNotWanted) {
  const std::string content = sample_text(8'000'000);
  const auto bytes = bytes_read_by(content, [&](ByteSource& source) {
    for (std::uint64_t at = 0; at < content.size(); at += 200'000)
      ASSERT_EQ(read(source, at, 32), content.substr(at, 32));
  });
  if (!bytes) GTEST_SKIP() << "this system does not count what a process reads";
  EXPECT_LT(*bytes, content.size() / 20);
}

TEST(ByteSource, ReadsAnEnormousFrameToAndFro) {
  const test::TemporaryFolder folder;
  // Larger than what is kept in memory: half of all reads would decode it anew from its start,
  // until that is refused.
  const std::string content = sample_text(40'000'000);
  const auto source =
      ByteSource::open(folder.write("a.blend", test::zstd(content, content.size(), false)));
  ASSERT_TRUE(source) << source.error().message();
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t offset = random() % content.size();
    ASSERT_EQ(read(**source, offset, 700), content.substr(offset, 700)) << offset;
  }
  EXPECT_EQ(read(**source, content.size() - 3, 10), content.substr(content.size() - 3));
  EXPECT_EQ(read(**source, content.size() + 300'000, 10), "");
}

TEST(ByteSource, SaysHowLongItIsWhereThatIsKnown) {
  const test::TemporaryFolder folder;
  const std::string content = sample_text(3'000'000);
  const auto seekable = ByteSource::open(folder.write("a", test::zstd(content, 1 << 20, true)));
  EXPECT_EQ((*seekable)->size(), content.size());
  const auto gzipped = ByteSource::open(folder.write("b", test::gzip(content)));
  EXPECT_EQ((*gzipped)->size(), std::nullopt);
  EXPECT_EQ(read(**gzipped, content.size(), 1), "");
  EXPECT_EQ((*gzipped)->size(), content.size());
}

TEST(ByteSource, OpensWhatLiesInsideAnother) {
  const test::TemporaryFolder folder;
  const std::string inner = sample_text(400'000);
  const std::string packed = test::zstd(inner, 100'000, true);
  const std::string outer = sample_text(1000) + packed + sample_text(500);
  auto source = ByteSource::open(folder.write("a", test::gzip(outer)));
  ASSERT_TRUE(source);
  const std::shared_ptr<ByteSource> shared = std::move(*source);
  const auto found = ByteSource::open_within(shared, 1000, packed.size(), "packed");
  ASSERT_TRUE(found);
  EXPECT_EQ(read(**found, 12'345, 5000), inner.substr(12'345, 5000));
  EXPECT_EQ((*found)->name(), "packed");
}

TEST(ByteSource, ReportsDataThatAreCutOff) {
  const test::TemporaryFolder folder;
  const std::string content = sample_text(600'000);
  for (const Form& form : forms(content)) {
    if (form.compression == Compression::none || form.name == "gzip of two members") continue;
    SCOPED_TRACE(form.name);
    const std::string path = folder.write("a", form.bytes.substr(0, form.bytes.size() / 2));
    const auto source = ByteSource::open(path);
    ASSERT_TRUE(source);
    EXPECT_NE(read(**source, content.size() - 10, 10), content.substr(content.size() - 10));
  }
}

TEST(ByteSource, HoldsASeekTableToWhatItSays) {
  const test::TemporaryFolder folder;
  const std::string content = sample_text(500'000);
  std::string bytes = test::zstd(content, 100'000, true);
  // The first frame's uncompressed size: 5 entries of 8 bytes stand before the 9 bytes of the foot.
  bytes[bytes.size() - 9 - 40 + 4] ^= 1;
  const auto source = ByteSource::open(folder.write("a", bytes));
  ASSERT_TRUE(source);
  EXPECT_TRUE(read(**source, 0, 200'000).starts_with("error: "));
}

TEST(ByteSource, DoesNotExpandForEver) {
  const test::TemporaryFolder folder;
  // 200 MiB of zeros in a few kilobytes: more than 2,000 times, and more than is always allowed.
  const std::string zeros(200 << 20, '\0');
  const auto source = ByteSource::open(folder.write("a", test::zstd(zeros, zeros.size(), false)));
  ASSERT_TRUE(source);
  std::string buffer(10, '\0');
  const auto count = (*source)->read_at(150 << 20, std::as_writable_bytes(std::span(buffer)));
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().code, errc::limit_exceeded);
}

TEST(ByteSource, SaysThatAFileIsNotThere) {
  const test::TemporaryFolder folder;
  const auto source = ByteSource::open(folder.path("none.blend"));
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code, errc::not_found);
}

}  // namespace
}  // namespace shaman::blend
