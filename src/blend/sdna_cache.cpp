// SPDX-License-Identifier: GPL-3.0-or-later
#include "blend/sdna_cache.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

namespace shaman::blend {
namespace {

// Of the files of one project, which some versions of Blender wrote.
constexpr std::size_t kRemembered = 4;
// Of Blender 5.0: 130 KB.
constexpr std::size_t kLargestRemembered = std::size_t{1} << 20U;

class SdnaCache {
 public:
  std::shared_ptr<const Sdna> find(const std::vector<std::byte>& bytes, const Header& header) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find_if(entries_, [&](const Entry& each) {
      return each.sdna && each.pointer_size == header.pointer_size &&
             each.big_endian == header.big_endian && std::ranges::equal(each.sdna->bytes(), bytes);
    });
    if (found == entries_.end()) return nullptr;
    std::rotate(entries_.begin(), found, found + 1);
    return entries_.front().sdna;
  }
  void keep(const std::shared_ptr<const Sdna>& sdna, const Header& header) {
    const std::lock_guard lock(mutex_);
    std::rotate(entries_.begin(), entries_.end() - 1, entries_.end());
    entries_.front() = {sdna, header.pointer_size, header.big_endian};
  }

 private:
  struct Entry {
    std::shared_ptr<const Sdna> sdna;
    // All that parsing takes from the header.
    std::size_t pointer_size = 0;
    bool big_endian = false;
  };
  std::mutex mutex_;
  std::array<Entry, kRemembered> entries_;  // the last used one first
};

SdnaCache& cache() {
  static SdnaCache cache;
  return cache;
}

}  // namespace

result<std::shared_ptr<const Sdna>> parse_sdna(std::vector<std::byte> bytes, const Header& header,
                                               const std::string& name, std::uint64_t offset) {
  const bool is_remembered = bytes.size() <= kLargestRemembered;
  if (is_remembered)
    if (auto known = cache().find(bytes, header)) return known;
  auto parsed = Sdna::parse(std::move(bytes), header, name, offset);
  if (!parsed) return parsed.error();
  auto sdna = std::make_shared<const Sdna>(std::move(*parsed));
  if (is_remembered) cache().keep(sdna, header);
  return sdna;
}

}  // namespace shaman::blend
