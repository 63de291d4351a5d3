// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/blend/byte_source.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "decoder.hpp"
#include "messages.hpp"

namespace shaman::blend {
namespace {

// Keeps the places that were read last, because the blocks of a data-block are read in any order. A
// page is read whole only if neighbouring places are wanted: block heads between meshes are far
// apart, and whole pages would include the meshes.
class PlainSource final : public ByteSource {
 public:
  PlainSource(os::InputFile file, std::uint64_t size)
      : ByteSource(file.path()), file_(std::move(file)), size_(size) {}

  result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    if (into.size() >= kPageBytes) return file_.read_at(offset, into);
    std::size_t done = 0;
    while (done < into.size()) {
      const result<const Page*> page = page_with(offset + done);
      if (!page) return page.error();
      if (!(*page)->holds(offset + done)) break;
      const auto skip = static_cast<std::size_t>(offset + done - (*page)->start);
      const std::size_t count = std::min(into.size() - done, (*page)->filled - skip);
      std::memcpy(into.data() + done, (*page)->bytes.data() + skip, count);
      done += count;
    }
    return done;
  }

  [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
  [[nodiscard]] Compression compression() const noexcept override { return Compression::none; }

 private:
  static constexpr std::size_t kPageBytes = 65536;
  static constexpr std::size_t kFirstLook = 4096;
  static constexpr std::uint64_t kFar = ~std::uint64_t{0};

  struct Page {
    std::vector<std::byte> bytes;
    std::uint64_t start = 0;
    std::size_t filled = 0;

    [[nodiscard]] bool holds(std::uint64_t offset) const {
      return offset >= start && offset - start < filled;
    }
    /// Pages between this one and that of `offset`; 1 is next to it.
    [[nodiscard]] std::uint64_t distance(std::uint64_t offset) const {
      const std::uint64_t own = start / kPageBytes;
      const std::uint64_t other = offset / kPageBytes;
      if (filled == 0) return kFar;
      return own < other ? other - own : own - other;
    }
  };

  // The page with this byte; it lacks the byte only if the file ends before. The last used page is
  // in front.
  result<const Page*> page_with(std::uint64_t offset) {
    const auto held = std::find_if(pages_.begin(), pages_.end(),
                                   [&](const Page& page) { return page.holds(offset); });
    if (held == pages_.end()) return fill(offset);
    std::rotate(pages_.begin(), held, held + 1);
    return &pages_.front();
  }

  result<const Page*> fill(std::uint64_t offset) {
    const auto least = std::min_element(
        pages_.begin(), pages_.end(),
        [&](const Page& a, const Page& b) { return a.distance(offset) < b.distance(offset); });
    const bool whole = least->distance(offset) <= 1;
    // Its own page, of which only a part was read; else the least recently used one.
    const auto replaced = least->distance(offset) == 0 ? least : pages_.end() - 1;
    std::rotate(pages_.begin(), replaced, replaced + 1);
    Page& page = pages_.front();
    page.bytes.resize(kPageBytes);
    page.filled = 0;
    const std::uint64_t page_start = offset - offset % kPageBytes;
    const auto rest = static_cast<std::size_t>(page_start + kPageBytes - offset);
    page.start = whole ? page_start : offset;
    const result<std::size_t> count = file_.read_at(
        page.start, std::span(page.bytes).first(whole ? kPageBytes : std::min(rest, kFirstLook)));
    if (!count) return count.error();
    page.filled = *count;
    return &page;
  }

  os::InputFile file_;
  std::uint64_t size_;
  std::array<Page, 4> pages_;
};

class SliceSource final : public ByteSource {
 public:
  SliceSource(std::shared_ptr<ByteSource> outer, std::uint64_t start, std::uint64_t size,
              std::string name)
      : ByteSource(std::move(name)), outer_(std::move(outer)), start_(start), size_(size) {}

  result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    if (offset >= size_) return std::size_t{0};
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size_ - offset));
    return outer_->read_at(start_ + offset, into.first(count));
  }

  [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
  [[nodiscard]] Compression compression() const noexcept override { return Compression::none; }

 private:
  std::shared_ptr<ByteSource> outer_;
  std::uint64_t start_;
  std::uint64_t size_;
};

// RFC 1952 (gzip) and RFC 8878 (zstd) magic numbers.
result<std::unique_ptr<ByteSource>> decompressed(std::unique_ptr<ByteSource> raw) {
  std::array<std::byte, 4> magic{};
  const result<std::size_t> count = raw->read_at(0, magic);
  if (!count) return count.error();
  const std::string name = raw->name();
  const std::uint64_t size = raw->size().value_or(0);
  if (magic[0] == std::byte{0x1f} && magic[1] == std::byte{0x8b})
    return make_decoded_source(name, Compression::gzip, size, make_gzip_decoder(std::move(raw)));
  if (magic == std::array{std::byte{0x28}, std::byte{0xb5}, std::byte{0x2f}, std::byte{0xfd}}) {
    result<std::unique_ptr<Decoder>> decoder = make_zstd_decoder(std::move(raw));
    if (!decoder) return decoder.error();
    return make_decoded_source(name, Compression::zstd, size, std::move(*decoder));
  }
  return raw;
}

bool is_folder(const std::string& path) {
  const result<os::FileInfo> info = os::info(path);
  return info && info->type == os::FileType::folder;
}

Error folder_instead(const std::string& path) {
  std::string message =
      text::in_quotes(path) + " is a folder, but must be a .blend file: name the ";
  std::vector<std::string> blends;
  if (const auto entries = os::list_folder(path); entries)
    for (const os::FolderEntry& entry : *entries)
      if (!entry.is_folder && entry.name.ends_with(".blend")) blends.push_back(entry.name);
  const auto first = std::ranges::min_element(blends);
  message += first == blends.end() ? "file to render"
             : blends.size() == 1
                 ? "one in it, " + text::in_quotes(os::join(path, *first))
                 : "one to render, such as " + text::in_quotes(os::join(path, *first));
  return {errc::invalid_argument, std::move(message)};
}

}  // namespace

result<std::unique_ptr<ByteSource>> ByteSource::open(const std::string& path) {
  result<os::InputFile> file = os::InputFile::open(path);
  if (!file && is_folder(path)) return folder_instead(path);
  if (!file && file.error().code == errc::io_error)
    return Error{errc::invalid_argument, file.error().detail};
  if (!file) return file.error();
  const result<os::FileInfo> info = file->info();
  if (!info) return info.error();
  return decompressed(std::make_unique<PlainSource>(std::move(*file), info->size));
}

result<std::unique_ptr<ByteSource>> ByteSource::open_within(std::shared_ptr<ByteSource> outer,
                                                            std::uint64_t offset,
                                                            std::uint64_t size, std::string name) {
  return decompressed(
      std::make_unique<SliceSource>(std::move(outer), offset, size, std::move(name)));
}

}  // namespace shaman::blend
