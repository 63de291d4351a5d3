// SPDX-License-Identifier: GPL-3.0-or-later
#include "formats/named_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temporary_folder.hpp"

namespace shaman::formats {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class NamedFiles : public testing::Test {
 protected:
  result<std::vector<NamedFile>> named(const std::string& name, const std::string& content) {
    return named_files(folder_.write(name, content));
  }

  test::TemporaryFolder folder_;
};

TEST(FormatOf, GoesByTheExtensionInAnyCase) {
  EXPECT_EQ(format_of("/a/b.usd"), Format::usd);
  EXPECT_EQ(format_of("/a/b.USDA"), Format::usd);
  EXPECT_EQ(format_of("/a/b.osl"), Format::osl);
  EXPECT_EQ(format_of("/a/b.abc"), Format::none);
  EXPECT_EQ(format_of(".usd"), Format::none);
}

TEST_F(NamedFiles, TheContentSaysWhichKindOfUsdItIs) {
  EXPECT_THAT(*named("a.usd", "#usda 1.0\n@b.usd@ @b.usd@ @a.usd@"),
              ElementsAre(NamedFile{"a.usd"}, NamedFile{"b.usd"}));
  EXPECT_THAT(*named("a.usdz", "PK\x03\x04 whole by itself"), IsEmpty());
  const auto neither = named("b.usd", "neither");
  ASSERT_FALSE(neither);
  EXPECT_EQ(neither.error().code, errc::damaged_file);
  EXPECT_FALSE(named("c.usd", ""));
}

TEST_F(NamedFiles, IncludesOfOslAreOnlyTakenIfTheyAreThere) {
  const auto found = named("a.osl",
                           "#include <stdosl.h>\n  #  include \"noise.h\" // why\n"
                           "#include \"\"\nshader a() { string s = \"#include\"; }\n"
                           "#include \"last.h\"");
  EXPECT_THAT(*found, ElementsAre(NamedFile{"last.h", false}, NamedFile{"noise.h", false}));
}

TEST_F(NamedFiles, OtherFilesAreNotOpened) {
  EXPECT_THAT(*named_files("/there/is/none.png"), IsEmpty());
}

TEST_F(NamedFiles, AFileThatIsGoneIsAnError) {
  EXPECT_EQ(named_files(folder_.path() + "/gone.usd").error().code, errc::not_found);
}

}  // namespace
}  // namespace shaman::formats
