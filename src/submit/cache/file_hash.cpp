// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/cache/file_hash.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "shaman/text.hpp"

namespace shaman::client {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 20U;
constexpr int kAttempts = 4;
// Increase it if the same patches give other bytes.
constexpr std::string_view kRewriterVersion = "rewrite-1";

Error cancelled() {
  return {errc::cancelled, {}};
}

// One buffer per hashing thread: otherwise 10,000 small files would each clear one.
std::span<std::byte> read_buffer() {
  static thread_local std::vector<std::byte> buffer(kReadBytes);
  return buffer;
}

void count(const HashContext& context, std::uint64_t bytes) {
  if (context.bytes_done != nullptr)
    context.bytes_done->fetch_add(bytes, std::memory_order_relaxed);
}

result<BlobId> digest_content(const os::InputFile& file, const HashContext& context) {
  file.will_read_in_order();
  Sha256 sha;
  std::uint64_t size = 0;
  const std::span<std::byte> buffer = read_buffer();
  for (;;) {
    if (context.stop.stop_requested()) return cancelled();
    const result<std::size_t> read = file.read_at(size, buffer);
    if (!read) return read.error();
    sha.update(buffer.first(*read));
    size += *read;
    count(context, *read);
    if (*read < buffer.size()) return BlobId{sha.finish(), size};
  }
}

result<BlobId> digest_rewritten(const std::string& blend, std::span<const pack::Patch> patches,
                                const HashContext& context) {
  Sha256 sha;
  std::uint64_t size = 0;
  const result<void> done =
      pack::rewrite_blend(blend, patches, [&](std::span<const std::byte> piece) -> result<void> {
        if (context.stop.stop_requested()) return cancelled();
        sha.update(piece);
        size += piece.size();
        count(context, piece.size());
        return {};
      });
  if (!done) return done.error();
  return BlobId{sha.finish(), size};
}

Error never_still(const std::string& path) {
  return {errc::changed_while_read, "\"" + text::printable(path) +
                                        "\" changed each time it was read; wait until the program "
                                        "that writes it has finished, then submit again"};
}

}  // namespace

result<HashedFile> hash_file(const std::string& path, const HashContext& context) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const std::int64_t read_at_ns = os::now_ns();
    const result<os::InputFile> file = os::InputFile::open(path);
    if (!file) return file.error();
    const result<os::FileInfo> before = file->info();
    if (!before) return before.error();
    const result<BlobId> blob = digest_content(*file, context);
    if (!blob) return blob.error();
    // By the path, not the open file: a program that saves by renaming does not change the open
    // file.
    const result<os::FileInfo> after = os::info(path);
    if (!after) return after.error();
    if (*after == *before && blob->size == after->size)
      return HashedFile{{path, *after}, read_at_ns, *blob};
  }
  return never_still(path);
}

result<HashedFile> hash_rewritten(const std::string& blend, std::span<const pack::Patch> patches,
                                  const HashContext& context) {
  // Not retried here: the patches of a changed .blend are no longer valid.
  const std::int64_t read_at_ns = os::now_ns();
  const result<os::FileInfo> before = os::info(blend);
  if (!before) return before.error();
  const result<BlobId> blob = digest_rewritten(blend, patches, context);
  if (!blob) return blob.error();
  const result<os::FileInfo> after = os::info(blend);
  if (!after) return after.error();
  if (*after != *before) return never_still(blend);
  return HashedFile{{blend, *after}, read_at_ns, *blob};
}

Digest recipe_of(std::span<const pack::Patch> patches) {
  std::string text(kRewriterVersion);
  const auto append = [&](std::string_view part) {
    text += std::to_string(part.size());
    text += ':';
    text += part;
  };
  for (const pack::Patch& patch : patches) {
    append(std::to_string(patch.offset));
    append(std::to_string(patch.capacity));
    append(patch.text);
    append(patch.expected);
  }
  return Sha256::of(text);
}

}  // namespace shaman::client
