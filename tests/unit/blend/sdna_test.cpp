// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/blend/sdna.hpp"

#include <string>

#include <gtest/gtest.h>

#include "blend/sdna_cache.hpp"

namespace shaman::blend {
namespace {

// Little-endian numbers and NUL-terminated texts, one after the other.
class Bytes {
 public:
  Bytes& tag(const char* text) {
    while (bytes_.size() % 4 != 0)
      bytes_ += '\0';
    bytes_ += text;
    return *this;
  }
  Bytes& text(const char* value) {
    bytes_ += value;
    bytes_ += '\0';
    return *this;
  }
  Bytes& u32(std::uint32_t value) { return put(value, 4); }
  Bytes& u16(std::uint32_t value) { return put(value, 2); }

  [[nodiscard]] result<Sdna> parse() const {
    const auto all = std::as_bytes(std::span(bytes_));
    return Sdna::parse({all.begin(), all.end()}, Header(), "/p/a.blend", 1000);
  }
  std::string bytes_;

 private:
  Bytes& put(std::uint32_t value, unsigned width) {
    for (unsigned i = 0; i < width; ++i)
      bytes_ += static_cast<char>(value >> 8 * i & 0xFF);
    return *this;
  }
};

// struct Point { int x[2][3]; Point *next; void (*draw)(); }
Bytes sample(std::uint32_t size = 40, std::uint32_t name_number = 1,
             std::uint32_t type_number = 1) {
  Bytes bytes;
  bytes.tag("SDNA").tag("NAME").u32(3).text("x[2][3]").text("*next").text("(*draw)()");
  bytes.tag("TYPE").u32(3).text("int").text("Point").text("void");
  bytes.tag("TLEN").u16(4).u16(size).u16(0);
  bytes.tag("STRC").u32(1).u16(1).u16(3);
  return bytes.u16(0).u16(0).u16(type_number).u16(name_number).u16(2).u16(2);
}

TEST(Sdna, LaysFieldsOutInOrder) {
  const result<Sdna> sdna = sample().parse();
  ASSERT_TRUE(sdna) << sdna.error().message();
  ASSERT_EQ(sdna->size(), 1U);
  const Struct& point = (*sdna)[sdna->find("Point")];
  EXPECT_EQ(point.size, 40U);
  const Field* const x = point.find("x");
  ASSERT_NE(x, nullptr);
  EXPECT_EQ(x->elements, 6U);
  EXPECT_EQ(x->size, 24U);
  EXPECT_EQ(x->struct_index, Sdna::kNone);
  const Field* const next = point.find("next");
  ASSERT_NE(next, nullptr);
  EXPECT_EQ(next->offset, 24U);
  EXPECT_EQ(next->pointers, 1U);
  EXPECT_EQ(next->struct_index, 0U);
  const Field* const draw = point.find("draw");
  ASSERT_NE(draw, nullptr);
  EXPECT_TRUE(draw->is_function);
  EXPECT_EQ(draw->offset, 32U);
  EXPECT_EQ(point.find("y"), nullptr);
  EXPECT_EQ(sdna->find("Line"), Sdna::kNone);
}

TEST(Sdna, FindsTheFirstOfTwoFieldsOfOneName) {
  Bytes bytes;
  bytes.tag("SDNA").tag("NAME").u32(3).text("b").text("a").text("c");
  bytes.tag("TYPE").u32(2).text("int").text("Point");
  bytes.tag("TLEN").u16(4).u16(16);
  bytes.tag("STRC").u32(1).u16(1).u16(4).u16(0).u16(0).u16(0).u16(1).u16(0).u16(2).u16(0).u16(1);
  const result<Sdna> sdna = bytes.parse();
  ASSERT_TRUE(sdna) << sdna.error().message();
  const Struct& point = (*sdna)[0];
  EXPECT_EQ(point.find("b")->offset, 0U);
  EXPECT_EQ(point.find("a")->offset, 4U);
  EXPECT_EQ(point.find("c")->offset, 8U);
}

// Fields without size take no bytes of a struct, so that only this bounds their number.
TEST(Sdna, RefusesMoreFieldsThanThereCanBe) {
  Bytes bytes;
  bytes.tag("SDNA").tag("NAME").u32(1).text("nothing");
  bytes.tag("TYPE").u32(2).text("void").text("Empty");
  bytes.tag("TLEN").u16(0).u16(1);
  bytes.tag("STRC").u32(10);
  for (int i = 0; i < 10; ++i) {
    bytes.u16(1).u16(60'000);
    for (int field = 0; field < 60'000; ++field)
      bytes.u16(0).u16(0);
  }
  const result<Sdna> sdna = bytes.parse();
  ASSERT_FALSE(sdna);
  EXPECT_EQ(sdna.error().code, errc::limit_exceeded);
}

TEST(Sdna, ChecksEveryNumber) {
  EXPECT_FALSE(sample(39).parse()) << "fields beyond the struct's size";
  EXPECT_FALSE(sample(40, 3).parse()) << "no such name";
  EXPECT_FALSE(sample(40, 1, 3).parse()) << "no such type";
}

TEST(Sdna, NamesTheOffsetWhereItIsCutOff) {
  const Bytes whole = sample();
  for (std::size_t size = 0; size < whole.bytes_.size(); ++size) {
    Bytes part;
    part.bytes_ = whole.bytes_.substr(0, size);
    const result<Sdna> sdna = part.parse();
    ASSERT_FALSE(sdna) << size;
    EXPECT_EQ(sdna.error().code, errc::damaged_file);
    EXPECT_NE(sdna.error().detail.find("damaged at byte 10"), std::string::npos);
  }
}

TEST(Sdna, RefusesMoreNamesThanThereCanBe) {
  const result<Sdna> sdna = Bytes().tag("SDNA").tag("NAME").u32(100'001).text("x").parse();
  ASSERT_FALSE(sdna);
  EXPECT_EQ(sdna.error().code, errc::limit_exceeded);
}

TEST(Sdna, IsParsedOnceForAllFilesThatHaveTheSame) {
  const auto parse = [](const Bytes& bytes, const Header& header = {}) {
    const auto all = std::as_bytes(std::span(bytes.bytes_));
    return parse_sdna({all.begin(), all.end()}, header, "/p/a.blend", 1000);
  };
  const auto first = parse(sample());
  ASSERT_TRUE(first);
  EXPECT_EQ(*parse(sample()), *first);
  // The same bytes mean something else for another machine.
  Header short_pointers;
  short_pointers.pointer_size = 4;
  const auto other = parse(sample(), short_pointers);
  ASSERT_TRUE(other);
  EXPECT_NE(*other, *first);
  EXPECT_NE((**other)[0].find("draw")->offset, (**first)[0].find("draw")->offset);
  // Damage is told with each file's own name.
  EXPECT_FALSE(parse(sample(40, 77)));
  EXPECT_FALSE(parse(sample(40, 77)));
  // The least recently used one goes.
  for (std::uint32_t size = 41; size < 45; ++size)
    ASSERT_TRUE(parse(sample(size)));
  EXPECT_NE(*parse(sample()), *first);
}

}  // namespace
}  // namespace shaman::blend
