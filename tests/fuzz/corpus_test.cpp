// SPDX-License-Identifier: GPL-3.0-or-later
// Runs every fuzz target on every file that fuzzing found worth keeping, whole and cut off.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

extern "C" {
int fuzz_header(const std::uint8_t* data, std::size_t size);
int fuzz_blocks(const std::uint8_t* data, std::size_t size);
int fuzz_sdna(const std::uint8_t* data, std::size_t size);
int fuzz_compressed(const std::uint8_t* data, std::size_t size);
int fuzz_trace(const std::uint8_t* data, std::size_t size);
int fuzz_rewrite(const std::uint8_t* data, std::size_t size);
int fuzz_formats(const std::uint8_t* data, std::size_t size);
int fuzz_walk(const std::uint8_t* data, std::size_t size);
int fuzz_request(const std::uint8_t* data, std::size_t size);
int fuzz_json(const std::uint8_t* data, std::size_t size);
int fuzz_paths(const std::uint8_t* data, std::size_t size);
int fuzz_batch(const std::uint8_t* data, std::size_t size);
int fuzz_resumption(const std::uint8_t* data, std::size_t size);
int fuzz_job(const std::uint8_t* data, std::size_t size);
int fuzz_names(const std::uint8_t* data, std::size_t size);
int fuzz_answers(const std::uint8_t* data, std::size_t size);
int fuzz_manager(const std::uint8_t* data, std::size_t size);
}

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

INSTANTIATE_TEST_SUITE_P(
    Targets, FuzzCorpus,
    testing::Values(Target{"header", fuzz_header}, Target{"blocks", fuzz_blocks},
                    Target{"sdna", fuzz_sdna}, Target{"compressed", fuzz_compressed},
                    Target{"trace", fuzz_trace}, Target{"rewrite", fuzz_rewrite},
                    Target{"walk", fuzz_walk}, Target{"formats", fuzz_formats},
                    Target{"request", fuzz_request}, Target{"json", fuzz_json},
                    Target{"paths", fuzz_paths}, Target{"batch", fuzz_batch},
                    Target{"resumption", fuzz_resumption}, Target{"job", fuzz_job},
                    Target{"names", fuzz_names}, Target{"answers", fuzz_answers},
                    Target{"manager", fuzz_manager}),
    [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace shaman::fuzz
