// SPDX-License-Identifier: GPL-3.0-or-later
// Real .blend files, below the folder in SHAMAN_CORPUS, in forms that no Blender at hand writes.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "shaman/trace/trace.hpp"

#include "blend_decode.hpp"
#include "blend_encode.hpp"
#include "temporary_folder.hpp"
#include "trace/links.hpp"
#include "trace/scanner.hpp"

namespace shaman::trace {
namespace {

std::vector<std::string> corpus() {
  std::vector<std::string> files;
  const char* const folder = std::getenv("SHAMAN_CORPUS");
  if (folder == nullptr) return files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string path = entry.path().string();
    if (path.ends_with(".blend") && !path.ends_with("corrupt_only_magic.blend"))
      files.push_back(path);
  }
  std::sort(files.begin(), files.end());
  return files;
}

result<Scan> scan_of(const std::string& path) {
  result<blend::BlendFile> file = blend::BlendFile::open(path);
  if (!file) return file.error();
  result<Scan> scan = Scanner(*file).run({true, {}});
  // Far from the bound at which a file is refused.
  EXPECT_LT(file->spent(), 3 * file->size() + (1U << 20)) << path;
  return scan;
}

template <class T>
std::string bytes_of(std::vector<T> Scan::*list, const T& element) {
  Scan scan;
  scan.*list = {element};
  return serialise(scan);
}

// Without where fields stand: that differs from form to form.
Scan without_places(Scan scan) {
  const auto forget = [](Reference& reference) {
    if (reference.field.capacity != 0) reference.field = {0, 1};
  };
  for (Reference& reference : scan.references)
    forget(reference);
  for (StringArgument& argument : scan.arguments)
    forget(argument.value);
  for (LibraryLink& library : scan.libraries)
    library.field = {};
  for (Leftover& leftover : scan.leftovers) {
    leftover.field = leftover.name_field = {};
    leftover.sound_offset = 0;
  }
  // Routes come in the order of addresses.
  std::sort(scan.routes.begin(), scan.routes.end(), [](const StringRoute& a, const StringRoute& b) {
    return bytes_of(&Scan::routes, a) < bytes_of(&Scan::routes, b);
  });
  std::sort(scan.arguments.begin(), scan.arguments.end(),
            [](const StringArgument& a, const StringArgument& b) {
              return bytes_of(&Scan::arguments, a) < bytes_of(&Scan::arguments, b);
            });
  return scan;
}

void expect_places(const Scan& scan, const std::string& plain) {
  const auto expect_place = [&](const std::string& stored, const PathField& field) {
    if (field.capacity == 0) return;
    ASSERT_LE(field.offset + field.capacity, plain.size());
    EXPECT_EQ(plain.substr(field.offset, stored.size() + 1), stored + '\0');
  };
  for (const Reference& reference : scan.references)
    expect_place(reference.stored, reference.field);
  for (const StringArgument& argument : scan.arguments)
    expect_place(argument.value.stored, argument.value.field);
  for (const LibraryLink& library : scan.libraries)
    expect_place(library.stored, library.field);
  for (const Leftover& leftover : scan.leftovers) {
    expect_place(leftover.stored, leftover.field);
    expect_place(leftover.stored_name, leftover.name_field);
  }
}

// What they lead to is known only when their blocks are seen.
TEST(Corpus, PointersToPointersAreFollowedInEveryStruct) {
  const std::vector<std::string> files = corpus();
  if (files.empty()) GTEST_SKIP() << "set SHAMAN_CORPUS to a folder with .blend files";
  std::size_t fields = 0;
  for (const std::string& path : files) {
    const result<blend::BlendFile> file = blend::BlendFile::open(path);
    ASSERT_TRUE(file) << file.error().message();
    const blend::Sdna& sdna = file->sdna();
    const Links links(sdna, std::vector<bool>(sdna.size(), false));
    for (std::uint32_t i = 0; i < sdna.size(); ++i) {
      for (const blend::Field& field : sdna[i].fields) {
        if (field.pointers < 2 || field.is_function) continue;
        if (field.struct_index == blend::Sdna::kNone) continue;
        ++fields;
        EXPECT_TRUE(links.leads_on(i)) << path << ": " << sdna[i].name << '.' << field.name;
      }
    }
  }
  EXPECT_GT(fields, files.size());
}

TEST(Corpus, GivesTheSameAnswersInEveryForm) {
  const std::vector<std::string> files = corpus();
  if (files.empty()) GTEST_SKIP() << "set SHAMAN_CORPUS to a folder with .blend files";
  const test::TemporaryFolder folder;
  for (const std::string& path : files) {
    SCOPED_TRACE(path);
    const result<Scan> original = scan_of(path);
    ASSERT_TRUE(original) << original.error().message();
    expect_places(*original, test::uncompressed(path));
    const test::BlendModel model = test::decode(path);
    for (const test::BlendForm form :
         {test::BlendForm{4, false, false}, test::BlendForm{4, true, false},
          test::BlendForm{8, true, false}, test::BlendForm{8, false, true}}) {
      SCOPED_TRACE(std::to_string(form.pointer_size) + (form.big_endian ? " big" : " little"));
      const std::string plain = test::encode(model, form);
      const bool compress = form.pointer_size == 4;
      const std::string bytes = !compress         ? plain
                                : form.big_endian ? test::gzip(plain)
                                                  : test::zstd(plain, 50'000, true);
      const result<Scan> scan = scan_of(folder.write("a.blend", bytes));
      ASSERT_TRUE(scan) << scan.error().message();
      EXPECT_EQ(without_places(*scan), without_places(*original));
      expect_places(*scan, plain);
    }
  }
}

TEST(Corpus, SurvivesDamage) {
  const std::vector<std::string> files = corpus();
  if (files.empty()) GTEST_SKIP() << "set SHAMAN_CORPUS to a folder with .blend files";
  const test::TemporaryFolder folder;
  std::mt19937 random(3);
  for (std::size_t i = 0; i < files.size(); i += 4) {
    SCOPED_TRACE(files[i]);
    const std::string plain = test::uncompressed(files[i]);
    const std::string stored = test::TemporaryFolder::read(files[i]);
    for (int round = 0; round < 6; ++round) {
      std::string bytes = round % 2 == 0 ? plain : stored;
      if (round < 2) {
        bytes.resize(random() % bytes.size());
      } else {
        for (int flips = 0; flips < 40; ++flips)
          bytes[random() % bytes.size()] = static_cast<char>(random());
      }
      (void)trace(folder.write("a.blend", bytes));
    }
  }
}

}  // namespace
}  // namespace shaman::trace
