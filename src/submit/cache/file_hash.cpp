// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/cache/file_hash.hpp"

#include <optional>
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

// The digest of a content and, if wanted, its pieces.
class Reading {
 public:
  explicit Reading(bool cuts) {
    if (cuts) cutter_.emplace();
  }

  void update(std::span<const std::byte> bytes) {
    sha_.update(bytes);
    if (cutter_) cutter_->update(bytes);
    size_ += bytes.size();
  }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] HashedFile finish() {
    HashedFile hashed;
    hashed.blob = {sha_.finish(), size_};
    if (cutter_) hashed.pieces = std::make_shared<const CutPieces>(cutter_->finish());
    return hashed;
  }

 private:
  Sha256 sha_;
  std::optional<Cutter> cutter_;
  std::uint64_t size_ = 0;
};

result<HashedFile> digest_content(const os::InputFile& file, const HashContext& context) {
  file.will_read_in_order();
  Reading reading(context.cuts);
  const std::span<std::byte> buffer = read_buffer();
  for (;;) {
    if (context.stop.stop_requested()) return cancelled();
    const result<std::size_t> read = file.read_at(reading.size(), buffer);
    if (!read) return read.error();
    reading.update(buffer.first(*read));
    count(context, *read);
    if (*read < buffer.size()) return reading.finish();
  }
}

result<HashedFile> digest_rewritten(const std::string& blend, std::span<const pack::Patch> patches,
                                    const HashContext& context) {
  Reading reading(context.cuts);
  const result<void> done =
      pack::rewrite_blend(blend, patches, [&](std::span<const std::byte> piece) -> result<void> {
        if (context.stop.stop_requested()) return cancelled();
        reading.update(piece);
        count(context, piece.size());
        return {};
      });
  if (!done) return done.error();
  return reading.finish();
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
    const result<HashedFile> hashed = digest_content(*file, context);
    if (!hashed) return hashed.error();
    // By the path, not the open file: a program that saves by renaming does not change the open
    // file.
    const result<os::FileInfo> after = os::info(path);
    if (!after) return after.error();
    if (*after == *before && hashed->blob.size == after->size)
      return HashedFile{{path, *after}, read_at_ns, hashed->blob, hashed->pieces};
  }
  return never_still(path);
}

result<HashedFile> hash_rewritten(const std::string& blend, std::span<const pack::Patch> patches,
                                  const HashContext& context) {
  // Not retried here: the patches of a changed .blend are no longer valid.
  const std::int64_t read_at_ns = os::now_ns();
  const result<os::FileInfo> before = os::info(blend);
  if (!before) return before.error();
  const result<HashedFile> hashed = digest_rewritten(blend, patches, context);
  if (!hashed) return hashed.error();
  const result<os::FileInfo> after = os::info(blend);
  if (!after) return after.error();
  if (*after != *before) return never_still(blend);
  return HashedFile{{blend, *after}, read_at_ns, hashed->blob, hashed->pieces};
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
