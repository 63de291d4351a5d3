// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "trace/scan.hpp"

namespace shaman::trace {
namespace {

Scan sample() {
  Scan scan;
  Reference reference;
  reference.kind = Kind::image_tiles;
  reference.rule = Rule::tiles;
  reference.base = Base::library;
  reference.library = 1;
  reference.optional = true;
  reference.may_be_absent = true;
  reference.data_block = "Image \"a\"";
  reference.stored = std::string("//caf\xe9\0x", 8);
  reference.stored_name = "b";
  reference.field = {0x123456789ABC, 1024};
  reference.tiles = {1001, 1999};
  reference.names = {"x", ""};
  reference.index = -1;
  scan.references = {reference, {}};
  LibraryLink library;
  library.stored = "//lib.blend";
  library.is_archive = true;
  library.wanted = {"OBCube"};
  library.packed = {Scan()};
  library.packed[0].references = {reference};
  scan.libraries = {library};
  scan.view_suffixes = {"_L"};
  scan.arguments = {{reference, {0, "NTA", "Socket_1"}}};
  scan.routes = {{{TreeInput::kOwn, "NTA", "Socket_1"}, std::nullopt},
                 {{TreeInput::kOwn, "NTA", "Socket_2"}, TreeInput{0, "NTB", "Socket_3"}}};
  return scan;
}

TEST(Serialise, GivesBackWhatWasWritten) {
  const std::optional<Scan> back = parse_scan(serialise(sample()));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, sample());
  EXPECT_EQ(parse_scan(serialise(Scan())), Scan());
}

TEST(Serialise, TakesNothingThatIsCutOffOrOfAnotherVersion) {
  const std::string bytes = serialise(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(parse_scan(bytes.substr(0, size))) << size;
  EXPECT_FALSE(parse_scan(bytes + "x"));
  std::string other = bytes;
  other[1] ^= 0x40;
  EXPECT_FALSE(parse_scan(other));
}

TEST(Serialise, SurvivesAnyBytes) {
  const std::string bytes = serialise(sample());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const unsigned char flip : {0x01, 0x80, 0xFF}) {
      std::string broken = bytes;
      broken[at] = static_cast<char>(broken[at] ^ flip);
      (void)parse_scan(broken);
    }
  }
}

}  // namespace
}  // namespace shaman::trace
