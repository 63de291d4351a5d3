// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/pack/rewrite.hpp"

#include <array>
#include <string_view>

#include "shaman/text.hpp"

#include "pack/rewrite/rewrite_forms.hpp"

namespace shaman::pack {
namespace {

constexpr std::string_view kGzipMagic = "\x1f\x8b";          // RFC 1952
constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd";  // RFC 8878

result<void> rewrite_by_form(const os::InputFile& file, std::uint64_t size,
                             std::span<const Patch> patches, const Sink& sink) {
  if (patches.empty()) return copy_range(file, 0, size, sink);
  Patcher patcher(patches, file.path());
  if (auto sound = patcher.check(); !sound) return sound;

  std::array<char, 7> head{};
  const auto count = file.read_at(0, std::as_writable_bytes(std::span(head)));
  if (!count) return count.error();
  const std::string_view start(head.data(), *count);
  if (start.starts_with(kPlainMagic)) return rewrite_plain(file, size, patcher, sink);
  if (start.starts_with(kGzipMagic)) return rewrite_gzip(file, size, patcher, sink);
  if (start.starts_with(kZstdMagic)) return rewrite_zstd(file, size, patcher, sink);
  return damaged(file, 0, "it is not a .blend, either plain or compressed with gzip or zstd");
}

}  // namespace

result<void> rewrite_blend(const std::string& path, std::span<const Patch> patches,
                           const Sink& sink) {
  const result<os::InputFile> file = os::InputFile::open(path);
  if (!file) return file.error();
  const result<os::FileInfo> before = file->info();
  if (!before) return before.error();
  file->will_read_in_order();

  result<void> done = rewrite_by_form(*file, before->size, patches, sink);
  const result<os::FileInfo> after = file->info();
  if (!after) return after.error();
  // A file that is being saved looks damaged: report the real reason.
  if (after->size != before->size || after->mtime_ns != before->mtime_ns)
    return Error{errc::changed_while_read,
                 "\"" + text::printable(path) + "\" changed while it was read; try again"};
  return done;
}

}  // namespace shaman::pack
