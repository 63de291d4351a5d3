// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>

#include "allocation_meter.hpp"
#include "fuzz_target.hpp"
#include "hostile_scene.hpp"
#include "memory_source.hpp"
#include "trace/collect/string_flow.hpp"
#include "trace/scanner.hpp"

namespace {

using namespace shaman;

// What a walk over a file of that many uncompressed bytes may hold at once: kMaxReadings times the
// bytes that were read and found, each in records and strings that take more room than in the file.
constexpr std::size_t most_memory(std::size_t bytes) {
  return (std::size_t{64} << 20) + 24 * bytes;
}

// Counts what is read.
class CountingSource final : public blend::ByteSource {
 public:
  explicit CountingSource(std::shared_ptr<blend::ByteSource> source)
      : ByteSource("fuzzed.blend"), source_(std::move(source)) {}
  result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    bytes_read += into.size();
    return source_->read_at(offset, into);
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return source_->size(); }
  [[nodiscard]] blend::Compression compression() const noexcept override {
    return source_->compression();
  }
  std::uint64_t bytes_read = 0;

 private:
  std::shared_ptr<blend::ByteSource> source_;
};

// Of all data-blocks, or of the one that is called so.
void walk(const std::string& bytes, const trace::Wanted& wanted) {
  const auto outer = std::make_shared<fuzz::MemorySource>(
      std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
  const test::AllocationMeter meter;
  auto source = blend::ByteSource::open_within(outer, 0, bytes.size(), "fuzzed.blend");
  if (!source) return;
  const auto counted = std::make_shared<CountingSource>(std::move(*source));
  auto file = blend::BlendFile::open(counted);
  if (!file) return;
  const std::uint64_t size = file->size();
  {
    auto scan = trace::Scanner(*file).run(wanted);
    if (scan) {
      (void)trace::parse_scan(trace::serialise(*scan));
      trace::StringFlow strings;
      strings.add(*scan, "/a.blend", "/a.blend",
                  std::vector<std::string>(scan->libraries.size(), "/lib.blend"));
      (void)strings.paths();
    }
  }
  if (meter.peak() > most_memory(size)) __builtin_trap();
  // What packed libraries take beside it is bounded by max_expanded().
  constexpr std::uint64_t kOthers = std::uint64_t{256} << 20;
  if (counted->bytes_read > 32 * size + kOthers) __builtin_trap();
}

}  // namespace

// Every list, array and pointer, chosen by bytes: however they lead to each other, the walk ends
// within memory and readings that follow from the file's size.
FUZZ_TARGET(walk) {
  const std::string bytes = fuzz::HostileScene().build(std::span(data, size));
  walk(bytes, {true, {}});
  walk(bytes, {false, {"IM//a.pngx", "NTinputsx", "OBx", "SC//a.pngx"}});
  return 0;
}
