// SPDX-License-Identifier: GPL-3.0-or-later
// What the simulated disk may lose and what it must keep: a wrong disk finds nothing, or what is no
// mistake.
#include "disk.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace shaman::sim {
namespace {

class DiskTest : public ::testing::Test {
 protected:
  Inode file(const std::string& name, const std::string& data) {
    const Inode made = disk_.add(fs::EntryType::regular, 0644);
    disk_.at(made).data = data;
    disk_.change({{disk_.root(), name, made}});
    return made;
  }
  // What a power cut may leave of a name: its content, or "none".
  std::set<std::string> left_of(const std::string& name) {
    std::set<std::string> seen;
    for (int i = 0; i < 400; ++i) {
      const auto after = disk_.after_power_cut(chance_);
      const auto& names = after->at(after->root()).names;
      const auto found = names.find(name);
      seen.insert(found == names.end() ? "none" : after->at(found->second).data);
    }
    return seen;
  }

  Chance chance_{7};
  Disk disk_;
};

using Left = std::set<std::string>;

TEST_F(DiskTest, WhatWasFlushedStays) {
  const Inode made = file("a", "data");
  disk_.flush_file(made);
  disk_.flush_folder(disk_.root());
  EXPECT_EQ(left_of("a"), Left{"data"});
}

TEST_F(DiskTest, ANameWithoutItsFolderMayBeLost) {
  disk_.flush_file(file("a", "data"));
  EXPECT_EQ(left_of("a"), (Left{"data", "none"}));
}

TEST_F(DiskTest, ContentThatWasNotFlushedMayBeAnything) {
  static_cast<void>(file("a", "data"));
  disk_.flush_folder(disk_.root());
  const Left left = left_of("a");
  for (const std::string& one :
       {std::string(), std::string("da"), std::string("data"), std::string("\0\0\0\0", 4)})
    EXPECT_TRUE(left.contains(one)) << one;
  EXPECT_FALSE(left.contains("none"));
}

TEST_F(DiskTest, ARenameIsThereOrNot) {
  const Inode made = file("a", "data");
  disk_.flush_file(made);
  disk_.flush_folder(disk_.root());
  disk_.change({{disk_.root(), "a", std::nullopt}, {disk_.root(), "b", made}});
  for (int i = 0; i < 400; ++i) {
    const auto after = disk_.after_power_cut(chance_);
    const auto& names = after->at(after->root()).names;
    EXPECT_NE(names.contains("a"), names.contains("b"));
  }
}

TEST_F(DiskTest, ChangesOfOneNameKeepTheirOrder) {
  disk_.flush_file(file("a", "old"));
  disk_.flush_file(file("a", "new"));
  EXPECT_EQ(left_of("a"), (Left{"none", "old", "new"}));
  disk_.flush_folder(disk_.root());
  EXPECT_EQ(left_of("a"), Left{"new"});
}

TEST_F(DiskTest, AFailedFlushDropsWhatItShouldHaveWritten) {
  const Inode made = file("a", "data");
  disk_.flush_folder(disk_.root());
  disk_.fail_to_flush(made);
  disk_.flush_file(made);
  EXPECT_EQ(disk_.at(made).data, "data");
  EXPECT_TRUE(left_of("a").contains(""));
}

TEST_F(DiskTest, WhatIsOldIsWrittenUnasked) {
  static_cast<void>(file("a", "data"));
  disk_.pass(std::chrono::minutes(2));
  EXPECT_EQ(left_of("a"), Left{"data"});
}

}  // namespace
}  // namespace shaman::sim
