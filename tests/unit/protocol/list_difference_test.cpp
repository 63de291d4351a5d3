// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/list_difference.hpp"

#include <cstring>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "protocol/files_request.hpp"

namespace shaman::protocol {
namespace {

using Model = std::map<std::string, std::uint64_t>;

FileList list_of(const Model& model) {
  FileList files;
  for (const auto& [path, size] : model)
    files.add({Sha256::of(path), size}, path);
  return files;
}

bool is_same(const FileList& one, const FileList& other) {
  if (one.size() != other.size()) return false;
  for (std::size_t i = 0; i < one.size(); ++i)
    if (one[i].id != other[i].id || one[i].path != other[i].path) return false;
  return true;
}

result<http::FilesRequest> read(const std::string& text, http::FilesRequestKind kind) {
  http::JsonBody body;
  http::JsonBody::Part part{std::make_unique<char[]>(text.size()), text.size()};
  std::memcpy(part.memory.get(), text.data(), text.size());
  body.add(std::move(part));
  return http::read_files_request(body, kind, 1000);
}

TEST(ListDifference, LeadsFromAnyListToAnyOther) {
  std::mt19937 randomness(7);
  const auto some = [&] {
    Model model;
    for (unsigned file = randomness() % 12; file > 0; --file)
      model[std::string(1 + randomness() % 2, static_cast<char>('a' + randomness() % 5))] =
          randomness() % 2;
    return list_of(model);
  };
  for (int round = 0; round < 3000; ++round) {
    const FileList before = some();
    const FileList now = some();
    const ListDifference difference = difference_of(before, now);
    const auto whole = apply(before, difference);
    ASSERT_TRUE(whole);
    EXPECT_TRUE(is_same(*whole, now));
  }
}

TEST(ListDifference, IsReadAsItIsWritten) {
  ListDifference difference = difference_of(list_of({{"a", 1}, {"b\"\\", 2}, {"c", 3}}),
                                            list_of({{"a", 9}, {"d\xC3\xA9", 2}}));
  difference.base = "film/shot-\xC3\xA9";
  for (const auto kind : {http::FilesRequestKind::requirements, http::FilesRequestKind::create}) {
    const bool is_create = kind == http::FilesRequestKind::create;
    const auto request = read(difference_text(difference, is_create ? "film/shot" : ""), kind);
    ASSERT_TRUE(request);
    ASSERT_TRUE(request->difference);
    EXPECT_EQ(request->checkout_path, is_create ? "film/shot" : "");
    EXPECT_EQ(request->difference->base, difference.base);
    EXPECT_TRUE(is_same(request->difference->changed, difference.changed));
    EXPECT_EQ(request->difference->removed, difference.removed);
    EXPECT_EQ(request->difference->result, difference.result);
    EXPECT_TRUE(request->files.empty());
  }
}

TEST(ListDifference, OfAnotherBaseIsNotApplied) {
  const FileList now = list_of({{"a", 1}, {"b", 2}});
  const ListDifference difference = difference_of(list_of({{"a", 1}, {"c", 1}}), now);
  EXPECT_FALSE(apply(list_of({{"a", 2}, {"c", 1}}), difference));
  EXPECT_FALSE(apply(list_of({{"a", 1}}), difference));
  EXPECT_FALSE(apply({}, difference));
  // Whose result is the same all the same.
  EXPECT_TRUE(apply(list_of({{"a", 1}, {"b", 7}, {"c", 5}}), difference));
}

TEST(ListDifference, OutOfOrderIsNotApplied) {
  const FileList base = list_of({{"a", 1}, {"b", 2}, {"c", 3}});
  ListDifference difference = difference_of(base, {});
  std::swap(difference.removed[0], difference.removed[1]);
  EXPECT_FALSE(apply(base, difference));
  difference = difference_of({}, base);
  FileList twice = base;
  twice.add(base[2].id, base[2].path);
  difference.changed = twice;
  difference.result = list_digest(twice);
  EXPECT_FALSE(apply({}, difference));
}

TEST(ListDifference, ThatContradictsItselfOrTheBaseIsNotApplied) {
  const FileList base = list_of({{"a", 1}, {"b", 2}});
  const FileList now = list_of({{"a", 1}, {"b", 9}});
  ListDifference difference = difference_of(base, now);
  EXPECT_TRUE(apply(base, difference));
  difference.removed = {"b"};
  EXPECT_FALSE(apply(base, difference));
  difference = difference_of(base, now);
  difference.changed = now;  // `a` is as it was
  EXPECT_FALSE(apply(base, difference));
}

std::string problem(const std::string& text) {
  const auto request = read(text, http::FilesRequestKind::requirements);
  return request ? "" : request.error().message();
}

TEST(ListDifference, FaultsNameTheMember) {
  const std::string good = Digest().hex();
  const std::string result = R"(,"result":")" + good + R"("})";
  EXPECT_EQ(problem(R"({"base":"a")" + result), "");
  EXPECT_NE(problem(R"({"base":"a"})").find("no result"), std::string::npos);
  EXPECT_NE(problem(R"({"base":"a","files":[])" + result).find("both files and a base"),
            std::string::npos);
  EXPECT_NE(problem(R"({"base":1)" + result).find("base must be a string"), std::string::npos);
  EXPECT_NE(problem(R"({"base":"a","base":"b")" + result).find("base is there twice"),
            std::string::npos);
  EXPECT_NE(
      problem(R"({"base":"a","removed":["b",1])" + result).find("removed[1] must be a string"),
      std::string::npos);
  EXPECT_NE(problem(R"({"base":"a","removed":[{}])" + result).find("removed[0] must be a string"),
            std::string::npos);
  EXPECT_NE(problem(R"({"base":"a","removed":{})" + result).find("removed must be an array"),
            std::string::npos);
  EXPECT_NE(problem(R"({"base":"a","changed":[{"sha":")" + good + R"(","path":"b"}])" + result)
                .find("changed[0] has no size"),
            std::string::npos);
  EXPECT_NE(problem(R"({"base":"a","result":"12"})").find("result must be a SHA-256"),
            std::string::npos);
}

}  // namespace
}  // namespace shaman::protocol
