// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "shaman/blend/byte_source.hpp"
#include "shaman/pack/rewrite.hpp"

#include "fuzz_target.hpp"
#include "memory_source.hpp"

namespace {

using namespace shaman;

// A file that has a path as long as it is open.
class OpenFile {
 public:
  explicit OpenFile(std::span<const std::uint8_t> bytes)
      : descriptor_(::memfd_create("fuzzed", MFD_CLOEXEC)) {
    is_whole_ =
        ::write(descriptor_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  }
  ~OpenFile() { ::close(descriptor_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  [[nodiscard]] bool is_whole() const { return is_whole_; }
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
  bool is_whole_ = false;
};

// What stands in a field there, up to its NUL.
std::string text_at(blend::ByteSource& source, std::uint64_t offset, std::size_t capacity) {
  std::string bytes(capacity, '\0');
  const auto count = source.read_at(offset, std::as_writable_bytes(std::span(bytes)));
  bytes.resize(count ? *count : 0);
  return bytes.substr(0, bytes.find('\0'));
}

}  // namespace

// Three bytes say where two fields are rewritten, the rest is a file of any form. What was
// rewritten must still be readable, with the new texts in it.
FUZZ_TARGET(rewrite) {
  constexpr std::size_t kCapacity = 24;
  if (size < 3) return 0;
  const OpenFile file(std::span(data + 3, size - 3));
  if (!file.is_whole()) return 0;
  const auto source = blend::ByteSource::open(file.path());
  if (!source) return 0;
  const std::uint64_t first = data[0] * std::uint64_t{16};
  const std::uint64_t second = first + kCapacity + (data[1] | data[2] << 8U);
  std::vector<pack::Patch> patches;
  for (const std::uint64_t offset : {first, second})
    patches.push_back({offset, kCapacity, "//new.png", text_at(**source, offset, kCapacity)});

  std::string written;
  const result<void> done =
      pack::rewrite_blend(file.path(), patches, [&](std::span<const std::byte> piece) {
        written.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        return result<void>();
      });
  if (!done) return 0;
  const auto outer = std::make_shared<fuzz::MemorySource>(
      std::span(reinterpret_cast<const std::uint8_t*>(written.data()), written.size()));
  const auto again = blend::ByteSource::open_within(outer, 0, written.size(), "rewritten.blend");
  if (!again) __builtin_trap();
  for (const pack::Patch& patch : patches) {
    if (text_at(**again, patch.offset, kCapacity) != patch.text) __builtin_trap();
  }
  return 0;
}
