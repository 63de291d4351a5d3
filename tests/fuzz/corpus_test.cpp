// SPDX-License-Identifier: GPL-3.0-or-later
// Runs every fuzz target on every file that fuzzing found worth keeping, whole and cut off.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

// FUZZ_TARGETS: TARGET(name) for each target of this program.
#define TARGET(name) extern "C" int fuzz_##name(const std::uint8_t* data, std::size_t size);
FUZZ_TARGETS
#undef TARGET

namespace shaman::fuzz {
namespace {

struct Target {
  std::string name;
  int (*run)(const std::uint8_t*, std::size_t);
};

void PrintTo(const Target& target, std::ostream* out) {
  *out << target.name;
}

class FuzzCorpus : public testing::TestWithParam<Target> {};

TEST_P(FuzzCorpus, IsSurvived) {
  const std::filesystem::path folder = std::filesystem::path(FUZZ_CORPUS) / GetParam().name;
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    // Of exactly its size, so that AddressSanitizer sees a read behind the end.
    const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(in), {}};
    for (const std::size_t size : {bytes.size(), bytes.size() / 2, bytes.size() / 3}) {
      const std::vector<std::uint8_t> part(bytes.begin(),
                                           bytes.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_EQ(GetParam().run(part.data(), part.size()), 0) << entry.path();
    }
    ++files;
  }
  EXPECT_GT(files, 0U) << folder;
}

#define TARGET(name) Target{#name, fuzz_##name},
INSTANTIATE_TEST_SUITE_P(Targets, FuzzCorpus, testing::ValuesIn(std::vector<Target>{FUZZ_TARGETS}),
                         [](const auto& instance) { return instance.param.name; });
#undef TARGET

}  // namespace
}  // namespace shaman::fuzz
